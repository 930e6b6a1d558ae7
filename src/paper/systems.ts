import { InputError } from '../errors.js';

/** A system as the paper names it: a method, perhaps behind image-level denoising. */
export interface PaperSystem {
  name: string;
  label: string;
  method: string;
  /** Profile of the method where it is not its usual one. */
  profile?: string;
  /** Budget of PaDiM* in front, as a share of the nominal images. */
  budget?: number;
}

const direct = (name: string, label: string): PaperSystem => ({ name, label, method: name });
const behind = (name: string, label: string, method: string, budget: number): PaperSystem => ({
  name,
  label,
  method,
  budget,
});

/** The twelve systems of the paper's appendix (docs/methods.md 9). */
export const PAPER_SYSTEMS: readonly PaperSystem[] = [
  direct('padim', 'PaDiM'),
  direct('padim-star', 'PaDiM*'),
  behind('padim-star+padim-star', 'PaDiM*+PaDiM*', 'padim-star', 0.15),
  direct('cflow', 'CFLOW'),
  behind('padim-star+cflow', 'PaDiM*+CFLOW', 'cflow', 0.15),
  direct('patchcore', 'PatchCore'),
  direct('patchcore-random', 'PatchCore 1 % random'),
  behind('padim-star-0.1+patchcore', 'PaDiM*(t=.1)+PatchCore', 'patchcore', 0.1),
  behind('padim-star+patchcore', 'PaDiM*+PatchCore', 'patchcore', 0.15),
  direct('softpatch-nearest', 'SoftPatch-nearest'),
  direct('softpatch-gaussian', 'SoftPatch-gaussian'),
  direct('softpatch-lof', 'SoftPatch-LOF'),
];

/** SoftPatch-LOF as the authors released it: scikit-learn's LOF with k = 5 in place of the tensor routine with k = 6. */
const RELEASED: PaperSystem = {
  ...direct('softpatch-lof-release', 'SoftPatch-LOF, released code (k = 5)'),
  method: 'softpatch-lof',
  profile: 'release',
};

/** What the paper does not have (docs/cleaning.md): SoftPatch's successor here, for its curves. */
const BEYOND: PaperSystem = direct('witness', 'witness');

/** Every system of the grid: the paper's, the authors' release, and what goes beyond it. */
export const GRID_SYSTEMS: readonly PaperSystem[] = [...PAPER_SYSTEMS, RELEASED, BEYOND];

/** @throws InputError for an unknown name. */
export function paperSystem(name: string): PaperSystem {
  const found = GRID_SYSTEMS.find((system) => system.name === name);
  if (found) return found;
  throw new InputError(
    `the paper has no system "${name}"`,
    `Choose from ${GRID_SYSTEMS.map((s) => s.name).join(', ')}`,
  );
}
