"""Writes what PyTorch computes with DINOv2 networks whose weights follow from a rule: the golden file of test/features/dinov2.test.ts.

    python scripts/dinov2-golden.py test/features/fixtures/dinov2.json

Needs torch and timm (pip). Blocks, norms and patch embedding are timm's `VisionTransformer`; position embeddings are interpolated as in
the authors' repository (dinov2/models/vision_transformer.py, `interpolate_pos_encoding`). Weights and images are hashes of a name and an
index, so that the test makes the same ones without Python.
"""

import base64
import json
import math
import sys

import numpy as np
import timm
import torch
import torch.nn.functional as F

# Name, timm's architecture, side of the stored position grid, side of the image in pixels, first and last block of the layer.
CASES = [
    ("dinov2_vits14", "vit_small_patch14_dinov2", 37, 56, 12, 12),
    ("dinov2_vits14", "vit_small_patch14_dinov2", 6, 84, 9, 12),
    ("dinov2_vits14_reg", "vit_small_patch14_reg4_dinov2", 37, 70, 12, 12),
    ("dinov2_vits14_reg", "vit_small_patch14_reg4_dinov2", 3, 70, 2, 2),
    ("dinov2_vitb14", "vit_base_patch14_dinov2", 5, 98, 2, 2),
    ("dinov2_vitb14_reg", "vit_base_patch14_reg4_dinov2", 37, 42, 1, 2),
]


def hashed(name: str, count: int) -> np.ndarray:
    """Values in [-1, 1): FNV-1a of the name as seed, murmur's finaliser of seed + index."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = (np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B1) + np.uint64(seed)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    x = (x * np.uint64(0x85EBCA6B)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(13)
    x = (x * np.uint64(0xC2B2AE35)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    return x.astype(np.float64) / 2**31 - 1


def rule(name: str, shape: tuple) -> torch.Tensor:
    """A parameter: matrices 1.7/sqrt(inputs), norms' scales and layer scales around 1 and 0.5, the rest small."""
    own = hashed(name, math.prod(shape))
    if name.endswith("gamma"):
        values = 0.5 + 0.2 * own
    elif "norm" in name and name.endswith("weight"):
        values = 1 + 0.2 * own
    elif name.endswith("weight"):
        values = own * 1.7 / math.sqrt(math.prod(shape[1:]))
    elif name.endswith("bias"):
        values = 0.1 * own
    else:
        values = 0.5 * own
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def interpolate(pos_embed: torch.Tensor, grid: int, registers: bool) -> torch.Tensor:
    """The authors' rule: offset 0.1 and no antialiasing without registers, antialiasing with them."""
    stored = math.isqrt(pos_embed.shape[1] - 1)
    if stored == grid:
        return pos_embed
    channels = pos_embed.shape[-1]
    patches = pos_embed[:, 1:].reshape(1, stored, stored, channels).permute(0, 3, 1, 2)
    if registers:
        patches = F.interpolate(patches, size=(grid, grid), mode="bicubic", antialias=True)
    else:
        scale = float(grid + 0.1) / stored
        patches = F.interpolate(patches, scale_factor=(scale, scale), mode="bicubic", antialias=False)
    assert patches.shape[-2:] == (grid, grid)
    return torch.cat([pos_embed[:, :1], patches.permute(0, 2, 3, 1).reshape(1, -1, channels)], dim=1)


def features(name: str, architecture: str, stored: int, side: int, first: int, last: int) -> np.ndarray:
    registers = 4 if name.endswith("_reg") else 0
    network = timm.create_model(architecture, pretrained=False, num_classes=0, dynamic_img_size=True).eval()
    channels = network.embed_dim
    own = {key: rule(key, tuple(value.shape)) for key, value in network.state_dict().items()}
    network.load_state_dict(own)
    grid = side // 14
    pos_embed = interpolate(rule("pos_embed", (1, stored * stored + 1, channels)), grid, registers > 0)
    cls_token = rule("cls_token", (1, 1, channels))
    image = torch.from_numpy(hashed("image", 3 * side * side).astype(np.float32).reshape(1, 3, side, side))
    with torch.no_grad():
        patches = network.patch_embed.proj(image).flatten(2).transpose(1, 2)
        x = torch.cat([cls_token, patches], dim=1) + pos_embed
        if registers:
            x = torch.cat([x[:, :1], rule("register_tokens", (1, registers, channels)), x[:, 1:]], dim=1)
        outputs = []
        for block in network.blocks[:last]:
            x = block(x)
            outputs.append(network.norm(x)[:, 1 + registers :])
        return torch.stack(outputs[first - 1 :]).mean(0)[0].numpy()


def main(path: str) -> None:
    cases = []
    for name, architecture, stored, side, first, last in CASES:
        # Every fourth channel, to keep the file small.
        values = features(name, architecture, stored, side, first, last)[:, ::4]
        layer = f"block{first}" if first == last else f"block{first}-{last}"
        data = base64.b64encode(values.astype("<f4").tobytes()).decode()
        cases.append({"backbone": name, "stored": stored, "side": side, "layer": layer, "shape": values.shape, "values": data})
        print(name, layer, values.shape, float(values.std()))
    about = f"scripts/dinov2-golden.py, torch {torch.__version__}, timm {timm.__version__}"
    with open(path, "w") as file:
        file.write(json.dumps({"about": about, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
