// The grids behind the README's results table, and the figures of the authors' code beside them.
const SETTINGS = [
  { setting: 'r0', noise: { ratio: 0, overlap: false } },
  { setting: 'no-overlap', noise: { ratio: 0.1, overlap: false } },
  { setting: 'overlap', noise: { ratio: 0.1, overlap: true } },
];
const SYSTEMS = {
  patchcore: { method: 'patchcore', profile: 'release' },
  'patchcore-random': { method: 'patchcore-random', profile: 'release' },
  'lof-release': { method: 'softpatch-lof', profile: 'release' },
  'lof-paper': { method: 'softpatch-lof', profile: 'paper' },
  nearest: { method: 'softpatch-nearest', profile: 'release' },
  gaussian: { method: 'softpatch-gaussian', profile: 'release' },
};
const cells = (systems, ratio, seeds) =>
  systems.flatMap((system) =>
    SETTINGS.flatMap(({ setting, noise }) =>
      seeds.map((seed) => ({
        name: `${system}_${setting}_seed${seed}`,
        system,
        setting,
        ...SYSTEMS[system],
        noise,
        seed,
        settings: { ratio: system === 'patchcore-random' ? 0.01 : ratio },
      })),
    ),
  );

/** Everything outside the memory-bank family, and pipelines. */
const OTHERS = {
  'padim-star': { method: 'padim-star' },
  padim: { method: 'padim' },
  cflow: { method: 'cflow', profile: 'small' },
  'padim-star+padim-star': { method: 'padim-star', filter: { method: 'padim-star', budget: 0.15 } },
  'padim-star-0.1+patchcore': { method: 'patchcore', filter: { method: 'padim-star', budget: 0.1 } },
  'padim-star+patchcore': { method: 'patchcore', filter: { method: 'padim-star', budget: 0.15 } },
  'padim-star+cflow': { method: 'cflow', profile: 'small', filter: { method: 'padim-star', budget: 0.15 } },
};
const others = (ratio, settings) =>
  [...Object.entries(OTHERS), ['patchcore-random', SYSTEMS['patchcore-random']]].flatMap(([system, choice]) =>
    settings.map(({ setting, noise }) => ({
      name: `${system}_${setting}_seed0`,
      system,
      setting,
      ...choice,
      noise,
      seed: 0,
      settings: choice.method === 'patchcore' ? { ratio } : {},
    })),
  );

export const GRIDS = [
  {
    name: 'screw-0.01',
    title: 'MVTec AD `screw`, ResNet18, ρ = 0.01',
    data: 'datasets/mvtec',
    category: 'screw',
    manifest: 'golden/noise-screw-0.1.json',
    cells: cells(['patchcore', 'lof-release', 'lof-paper'], 0.01, [0]),
  },
  {
    name: 'magnetic_tile-0.01',
    title: 'Magnetic tile defects, ResNet18, ρ = 0.01',
    data: 'datasets/mtd',
    category: 'magnetic_tile',
    cells: cells(['patchcore', 'lof-release', 'lof-paper'], 0.01, [0]),
  },
  {
    name: 'screw-0.1',
    title: 'MVTec AD `screw`, ResNet18, ρ = 0.1, three projection seeds',
    data: 'datasets/mvtec',
    category: 'screw',
    manifest: 'golden/noise-screw-0.1.json',
    cells: cells(Object.keys(SYSTEMS), 0.1, [0, 1, 2]),
    // Image / pixel AUROC of the authors' code on the same images, one draw.
    reference: {
      patchcore: { r0: [0.98, 0.9947], 'no-overlap': [0.987, 0.9951], overlap: [0.724, 0.726] },
      'patchcore-random': { 'no-overlap': [0.513, 0.969], overlap: [0.519, 0.966] },
      'lof-release': { r0: [0.947, 0.9932], 'no-overlap': [0.976, 0.9948], overlap: [0.959, 0.913] },
      'lof-paper': { r0: [0.943, 0.993], 'no-overlap': [0.952, 0.9945], overlap: [0.927, 0.895] },
      nearest: { r0: [0.572, 0.984], 'no-overlap': [0.554, 0.986], overlap: [0.562, 0.984] },
      gaussian: { r0: [0.536, 0.969], 'no-overlap': [0.479, 0.97], overlap: [0.492, 0.964] },
    },
  },
  {
    name: 'screw-systems',
    title: 'MVTec AD `screw`, ResNet18, the other systems (PatchCore at ρ = 0.1, CFLOW `small`: 4 blocks, 2 epochs)',
    data: 'datasets/mvtec',
    category: 'screw',
    manifest: 'golden/noise-screw-0.1.json',
    cells: others(0.1, SETTINGS),
    // The paper's `screw` row as far as it is at hand, WideResNet50: image AUROC of Table 6 (overlap).
    paper: {
      'padim-star+padim-star': { overlap: 0.542 },
      cflow: { overlap: 0.57 },
      'padim-star+cflow': { overlap: 0.639 },
    },
  },
  {
    name: 'magnetic_tile-systems',
    title: 'Magnetic tile defects, ResNet18, the other systems (PatchCore at ρ = 0.01, CFLOW `small`)',
    data: 'datasets/mtd',
    category: 'magnetic_tile',
    cells: others(0.01, SETTINGS.slice(1)),
  },
];
