"""Writes ONNX networks with random weights as PyTorch exports them, and what PyTorch computes with them.

    python scripts/onnx-samples.py FOLDER [NAME …]

Needs torch, timm, onnx and onnxscript (pip). Each NAME is a network of timm; FOLDER/NAME.onnx takes images [n × 3 × 224 × 224] and
gives `features` (a map or tokens), FOLDER/NAME.json holds its preprocessing, and FOLDER/NAME.safetensors an image [1 × 3 × 224 × 224]
and PyTorch's features of it.
"""

import json
import sys
from pathlib import Path

import timm
import torch
from safetensors.torch import save_file

NAMES = ["vit_tiny_patch16_224", "convnext_femto", "efficientnet_b0", "resnet18", "swin_tiny_patch4_window7_224"]


class Features(torch.nn.Module):
    """A network's features before they are pooled."""

    def __init__(self, name: str):
        super().__init__()
        self.network = timm.create_model(name, pretrained=False)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.network.forward_features(image)


def write(folder: Path, name: str) -> None:
    torch.manual_seed(0)
    network = Features(name).eval()
    image = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        features = network(image)
    torch.onnx.export(
        network,
        (image,),
        str(folder / f"{name}.onnx"),
        input_names=["image"],
        output_names=["features"],
        dynamic_axes={"image": {0: "n"}, "features": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    config = network.network.pretrained_cfg
    beside = {"mean": list(config["mean"]), "std": list(config["std"]), "side": 256, "crop": 224, "filter": "bicubic"}
    (folder / f"{name}.json").write_text(json.dumps(beside))
    save_file({"image": image, "features": features.contiguous()}, folder / f"{name}.safetensors")
    print(name, tuple(features.shape), f"torch {torch.__version__}, timm {timm.__version__}")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for wanted in sys.argv[2:] or NAMES:
        write(target, wanted)
