import type { NoiseManifest } from '../dataset/manifest.js';

/** The noise images the authors' code was run on: r = 0.1, drawn with NumPy's PCG64, seed 0. */
export const AUTHORS_DRAWS: Readonly<Record<string, NoiseManifest>> = {
  screw: {
    category: 'screw',
    noise: 0.1,
    images: [
      'test/thread_top/004.png',
      'test/scratch_neck/018.png',
      'test/scratch_head/012.png',
      'test/thread_top/017.png',
      'test/manipulated_front/001.png',
      'test/manipulated_front/023.png',
      'test/manipulated_front/013.png',
      'test/manipulated_front/016.png',
      'test/thread_side/001.png',
      'test/scratch_head/003.png',
      'test/manipulated_front/005.png',
      'test/thread_side/010.png',
      'test/thread_top/006.png',
      'test/scratch_head/020.png',
      'test/thread_top/013.png',
      'test/thread_top/003.png',
      'test/thread_side/019.png',
      'test/thread_top/020.png',
      'test/thread_top/002.png',
      'test/thread_side/013.png',
      'test/scratch_neck/024.png',
      'test/thread_top/000.png',
      'test/manipulated_front/020.png',
      'test/scratch_head/010.png',
      'test/thread_side/014.png',
      'test/manipulated_front/010.png',
      'test/scratch_head/015.png',
      'test/thread_side/002.png',
      'test/scratch_neck/005.png',
      'test/thread_side/015.png',
      'test/thread_side/009.png',
      'test/manipulated_front/011.png',
    ],
  },
};

/** What the authors' released functions gave on a category's images: image and pixel AUROC in each setting, and two shares with overlap. */
export interface AuthorsFigures {
  system: string;
  image: { clean?: number; noOverlap: number; overlap: number };
  pixel: { clean?: number; noOverlap: number; overlap: number };
  /** Share of the coreset that comes from noise images. */
  coresetNoiseShare: number;
  /** Share of the noise images' patches that were removed. */
  noisePatchesRemoved?: number;
}

/**
 * The authors' functions (commit f8dc3e0, PyTorch 1.13, faiss 1.7.3, scikit-learn 1.2.1) on `screw`, ResNet18, ρ = 0.1, τ = 0.15, one run on
 * {@link AUTHORS_DRAWS}. Other projections and start rows move an image AUROC by about ±.015.
 */
export const AUTHORS_CODE: Readonly<Record<string, readonly AuthorsFigures[]>> = {
  screw: [
    {
      system: 'patchcore',
      image: { clean: 0.98, noOverlap: 0.987, overlap: 0.724 },
      pixel: { clean: 0.9947, noOverlap: 0.9951, overlap: 0.726 },
      coresetNoiseShare: 0.124,
    },
    {
      system: 'patchcore-random',
      image: { noOverlap: 0.513, overlap: 0.519 },
      pixel: { noOverlap: 0.969, overlap: 0.966 },
      coresetNoiseShare: 0.092,
    },
    {
      system: 'softpatch-lof-release',
      image: { clean: 0.947, noOverlap: 0.976, overlap: 0.959 },
      pixel: { clean: 0.9932, noOverlap: 0.9948, overlap: 0.913 },
      coresetNoiseShare: 0.1,
      noisePatchesRemoved: 0.191,
    },
    {
      system: 'softpatch-lof',
      image: { clean: 0.943, noOverlap: 0.952, overlap: 0.927 },
      pixel: { clean: 0.993, noOverlap: 0.9945, overlap: 0.895 },
      coresetNoiseShare: 0.1,
      noisePatchesRemoved: 0.186,
    },
    {
      system: 'softpatch-nearest',
      image: { clean: 0.572, noOverlap: 0.554, overlap: 0.562 },
      pixel: { clean: 0.984, noOverlap: 0.986, overlap: 0.984 },
      coresetNoiseShare: 0.081,
      noisePatchesRemoved: 0.2,
    },
    {
      system: 'softpatch-gaussian',
      image: { clean: 0.536, noOverlap: 0.479, overlap: 0.492 },
      pixel: { clean: 0.969, noOverlap: 0.97, overlap: 0.964 },
      coresetNoiseShare: 0.087,
      noisePatchesRemoved: 0.179,
    },
  ],
};
