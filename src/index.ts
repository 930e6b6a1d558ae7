// The way in, by room, in the order the data flows. Charts, notebooks, the paper's grid and the numeric kernels have
// entries of their own: softpatch-lab/figures, /notebook, /paper and /kernels.

export { type Audit, type AuditedImage, type AuditPicture, audit } from './analysis/audit.js';
export { createPreview, type Preview, type PreviewPoint } from './analysis/preview.js';
export { type PurityRow, purityAlongPicks } from './analysis/purity.js';
export { rankBySuspicion, type Suspect } from './analysis/suspicion.js';
export { type SweepPoint, type SweepResult, type SweepRow, sweep } from './analysis/sweep.js';
export { type TsneOptions, tsne } from './analysis/tsne.js';
export { type PatchOrigin, type WeightBin, weightHistogram } from './analysis/weight-histogram.js';
export { type WeightQuality, weightQuality } from './analysis/weight-quality.js';
export type { SamplerName } from './coreset/samplers.js';
export type { NoiseAugmentation } from './dataset/augmentation.js';
export type { Category, Sample } from './dataset/category.js';
export { type CategoryCheck, checkCategory } from './dataset/check.js';
export type { Difficulty } from './dataset/drawn/difficulty.js';
export { type DrawnOptions, type Encode, SMALL_SET, writeDrawnCategory } from './dataset/drawn/write.js';
export { leaveOut, readExclusions } from './dataset/exclusions.js';
export { importData } from './dataset/import.js';
export { listCategories, openCategory, openFolders } from './dataset/layouts.js';
export { type LeftOut, leftOutLine } from './dataset/left-out.js';
export { type NoiseManifest, readManifest } from './dataset/manifest.js';
export { type CountReport, checkCounts } from './dataset/mvtec-counts.js';
export { injectNoise, type NoiseOptions, type NoisyCategory, type TrainingImage } from './dataset/noise.js';
export { type Denoised, discard, type WeightNormalisation } from './denoise/cut.js';
export type { Discriminator } from './denoise/discriminator.js';
export type { LazyBank, MemoryBank } from './detector/bank.js';
export { type FittedBank, isBank } from './detector/bank-system.js';
export type { Calibration } from './detector/calibration.js';
export type { Mixing } from './detector/cflow/parameters.js';
export type { CflowSettings } from './detector/cflow/settings.js';
export { BANK_METHODS, type BankConfig, type BankMethod, bankConfig, type Profile } from './detector/config.js';
export type { FitTrace } from './detector/fit-bank.js';
export { anomalyMap, type Border } from './detector/map.js';
export { type Detector, loadDetector, saveDetector } from './detector/model.js';
export type { PadimSettings } from './detector/padim.js';
export type {
  Decision,
  FitGiven,
  Fitted,
  Judge,
  OnnxEnd,
  OnnxStart,
  ReadingChoice,
  ReadingDefaults,
  Scored,
  Settings,
  StreamCost,
  StreamSize,
  System,
  Tensors,
} from './detector/system.js';
export { findSystem, SYSTEMS } from './detector/systems.js';
export { type Inspection, inspectTraining } from './detector/witness/inspect.js';
export type { Opinion } from './detector/witness/opinion.js';
export { type JudgeName, type WitnessSettings, witnessSettings } from './detector/witness/settings.js';
export type { Verdict } from './detector/witness/verdict.js';
export type { Engine, EngineChoice, EngineName, Provider } from './engine/names.js';
export type { Attribute, Attributes, ConstantData, OnnxGraph, Side, ValueType } from './engine/onnx-graph.js';
export type * from './engine/onnx-schema.js';
export type { Resources } from './engine/resources.js';
export type { FarRows, Rows } from './engine/rows.js';
export type { Compute, Stage } from './engine/stage.js';
export { Cancelled, InputError } from './errors.js';
export { FALSE_ALARMS, leveller, type Promised, promised, pValue, thresholdAt } from './experiment/calibration.js';
export type { CalibrationChoice } from './experiment/calibration-scores.js';
export {
  type EvaluateChoice,
  type EvaluateConfig,
  evaluateConfig,
  type FeatureChoice,
  type FilterConfig,
  type MethodChoice,
  type MethodSettings,
  type SystemChoice,
  type SystemConfig,
} from './experiment/config.js';
export { contaminate } from './experiment/contaminate.js';
export { type Missed, missedAt, thresholdBetween } from './experiment/defects.js';
export { type Detection, type DetectOptions, detect } from './experiment/detect.js';
export { type Diagnostics, defectPatches, diagnose } from './experiment/diagnostics.js';
export {
  type EvaluateObserver,
  type EvaluateResult,
  evaluate,
  type NamedDecision,
  type Timings,
} from './experiment/evaluate.js';
export { type ExportedDetector, type ExportOptions, exportDetector } from './experiment/export-onnx.js';
export { type FilterReport, filterTraining } from './experiment/filter.js';
export { fitDetector } from './experiment/fit.js';
export { type FittedSystem, fitSystem } from './experiment/fit-system.js';
export { type Lab, type LabOptions, openLab } from './experiment/lab.js';
export { locateWeights } from './experiment/locate-weights.js';
export type { ImageResult, Measurement } from './experiment/measure.js';
export type { Versions } from './experiment/versions.js';
export { EMBEDDING_DIMENSIONS } from './features/embedding.js';
export type { ExtractionSeconds } from './features/extract-task.js';
export { patchGrid } from './features/layers.js';
export { BACKBONES } from './features/native-network.js';
export { type OnnxChoice, onnxBackbone } from './features/onnx-backbone.js';
export {
  type FeatureReader,
  featureReader,
  type PatchBlock,
  type StreamedPatches,
  type TrainingPatches,
} from './features/reader.js';
export type {
  FeatureSpec,
  ImageRequest,
  NetworkPrecision,
  OnnxForm,
  OnnxLayer,
  OnnxNetwork,
  Reading,
  Span,
  Spans,
  WeightSource,
} from './features/spec.js';
export { fetchWeights, findWeights } from './features/weight-files.js';
export type { Affine } from './image/affine.js';
export { type DecodeOptions, decodeRgb, encodePng } from './image/codec.js';
export type { GreyWindow } from './image/eight-bit.js';
export { loadMask, type MaskMode } from './image/mask.js';
export { gatherMaskDoubts, type MaskDoubts } from './image/mask-doubts.js';
export { type MaskReading, readMask } from './image/mask-file.js';
export type { MaskDoubt } from './image/mask-levels.js';
export { PATCHCORE_PREPROCESSING, type Preprocessing, resizeAndCrop } from './image/preprocess.js';
export type { Raster } from './image/raster.js';
export { type ResampleFilter, resample } from './image/resample.js';
export type { Tally } from './image/tally.js';
export type { TilePlace } from './image/tiles.js';
export { collectPixels, type PixelCollector, type PixelMetrics } from './metrics/pixel.js';
export { type RankingMetrics, rankLabelled } from './metrics/ranking.js';
export type { Progress, Reporter, Watch } from './progress.js';
export { createRandom, type Random } from './random.js';
export { type Cache, type CacheCounts, type CacheKind, noCache, openCache } from './storage/cache.js';
export type { DownloadOptions, Source } from './storage/download.js';
export {
  openSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  type TensorData,
  type TensorType,
  writeSafetensors,
} from './storage/safetensors.js';
