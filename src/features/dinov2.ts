import { InputError } from '../errors.js';
import { IMAGE, type LayerOutput, type Network, type Step, truncate } from './network.js';

/** A vision transformer of the DINOv2 family as numbers. */
interface Family {
  channels: number;
  heads: number;
  blocks: number;
  registers: number;
}

const SMALL: Family = { channels: 384, heads: 6, blocks: 12, registers: 0 };
const BASE: Family = { channels: 768, heads: 12, blocks: 12, registers: 0 };
const FAMILIES: Record<string, Family> = {
  dinov2_vits14: SMALL,
  dinov2_vits14_reg: { ...SMALL, registers: 4 },
  dinov2_vitb14: BASE,
  dinov2_vitb14_reg: { ...BASE, registers: 4 },
};

/** Names of the DINOv2 networks, as the authors' repository has them. */
export const DINOV2S: readonly string[] = Object.keys(FAMILIES);

/** Sides of a patch, in pixels. */
export const PATCH = 14;

/**
 * Describes a DINOv2 network (Oquab et al. 2023; with registers Darcet et al. 2024) for images of `side` px. Layers are `block1` …
 * `block12`, each as the authors' `get_intermediate_layers(norm=True)` gives it: patch tokens behind the final norm, class token and
 * registers dropped. `block9-12` is the mean of several.
 * @throws InputError for an unknown backbone or layer, or a side that is no multiple of 14.
 */
export function dinov2(backbone: string, layers: readonly string[], side: number): Network {
  const family = FAMILIES[backbone];
  if (!family) throw new InputError(`there is no backbone "${backbone}"`, `Choose one of ${DINOV2S.join(', ')}`);
  if (side % PATCH !== 0) {
    const near = Math.max(PATCH, PATCH * Math.round(side / PATCH));
    throw new InputError(
      `${backbone} cuts images into patches of ${PATCH} px, which ${side} px are no multiple of`,
      `Give --crop ${near} (and --resize ${near} or more)`,
    );
  }
  const { steps, blocks } = described(family, side / PATCH);
  const outputs = layers.map((layer): LayerOutput => {
    const [first, last] = blockRange(backbone, layer, family.blocks);
    const maps = blocks.slice(first - 1, last);
    if (maps.length > 1 && !steps.some(({ output }) => output === layer)) {
      steps.push({ op: 'mean', inputs: maps, output: layer });
    }
    return { layer, output: maps.length > 1 ? layer : maps[0], channels: family.channels, stride: PATCH };
  });
  if (outputs.length === 0) throw new InputError('no layer was asked for', 'Name at least one, such as block12');
  return truncate(backbone, steps, outputs);
}

/** First and last block of a layer's name. */
function blockRange(backbone: string, layer: string, blocks: number): [number, number] {
  const [, from, to = from] = /^block(\d+)(?:-(\d+))?$/.exec(layer) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (first >= 1 && last >= first && last <= blocks) return [first, last];
  throw new InputError(
    `${backbone} has no layer "${layer}"`,
    `Choose from block1 to block${blocks}, or the mean of several, such as block${blocks - 3}-${blocks}`,
  );
}

function described({ channels, heads, blocks, registers }: Family, grid: number): { steps: Step[]; blocks: string[] } {
  const others = 1 + registers;
  const steps: Step[] = [{ op: 'tokens', input: IMAGE, output: 'tokens', channels, patch: PATCH, registers, grid }];
  const maps: string[] = [];
  const norm = (input: string, output: string, name: string): string => {
    steps.push({ op: 'layernorm', input, output, weight: `${name}.weight`, bias: `${name}.bias`, channels });
    return output;
  };
  const linear = (
    input: string,
    name: string,
    [from, to]: [number, number],
    more: { gelu?: boolean; scale?: string } = {},
  ): string => {
    const parameters = { weight: `${name}.weight`, bias: `${name}.bias`, scale: more.scale };
    steps.push({
      op: 'linear',
      input,
      output: name,
      ...parameters,
      channels: { in: from, out: to },
      gelu: more.gelu ?? false,
    });
    return name;
  };
  const add = (input: string, other: string, output: string): string => {
    steps.push({ op: 'add', input, other, output, relu: false });
    return output;
  };
  let at = 'tokens';
  for (let b = 0; b < blocks; b++) {
    const name = `blocks.${b}`;
    const qkv = linear(norm(at, `${name}.normed1`, `${name}.norm1`), `${name}.attn.qkv`, [channels, 3 * channels]);
    steps.push({ op: 'attention', input: qkv, output: `${name}.attention`, heads, channels });
    const attended = linear(`${name}.attention`, `${name}.attn.proj`, [channels, channels], {
      scale: `${name}.ls1.gamma`,
    });
    at = add(at, attended, `${name}.middle`);
    const inner = linear(norm(at, `${name}.normed2`, `${name}.norm2`), `${name}.mlp.fc1`, [channels, 4 * channels], {
      gelu: true,
    });
    at = add(
      at,
      linear(inner, `${name}.mlp.fc2`, [4 * channels, channels], { scale: `${name}.ls2.gamma` }),
      `${name}.out`,
    );
    const map = `${name}.map`;
    steps.push({ op: 'grid', input: norm(at, `${name}.final`, 'norm'), output: map, others, grid, channels });
    maps.push(map);
  }
  return { steps, blocks: maps };
}
