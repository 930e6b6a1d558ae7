import { InputError } from '../../errors.js';
import { mapsLayout } from '../../features/reading.js';
import type { ImageRequest } from '../../features/spec.js';
import { toShared } from '../../kernels/arena.js';
import { ANOMALIB_PREPROCESSING } from '../padim.js';
import { checkedSettings, checkProfile } from '../settings.js';
import type { Fitted, Settings, System, Tensors, Workshop } from '../system.js';
import { parameterCount } from './parameters.js';
import { type Flows, likelihoods, reference, scoredImage } from './scoring.js';
import { CFLOW_PROFILES, type CflowSettings, cflowSchema } from './settings.js';
import { freshTraining, resumeTraining, type Training, trainEpoch, trainingTensors } from './train.js';

/** Raise when training changes for the same features. */
const VERSION = 1;
const PROFILES = Object.keys(CFLOW_PROFILES);
const checked = (set: Settings): CflowSettings => checkedSettings(cflowSchema, CFLOW_PROFILES.small, set);

/** CFLOW-AD (docs/methods.md 6): a conditional normalising flow a layer, trained with TensorFlow.js. */
export const CFLOW: System = {
  name: 'cflow',
  about: 'conditional normalising flows, trained; --profile small on a CPU',
  profiles: PROFILES,
  settings(profile, set) {
    checkProfile('cflow', PROFILES, profile);
    return checkedSettings(cflowSchema, CFLOW_PROFILES[profile], set);
  },
  reading(profile, { backbone = profile === 'small' ? 'resnet18' : 'wide_resnet50_2', layers } = {}) {
    const usual =
      profile === 'small' || backbone === 'resnet50v2' ? ['layer2', 'layer3'] : ['layer2', 'layer3', 'layer4'];
    const preprocessing =
      profile === 'cflow-ad' ? ({ ...ANOMALIB_PREPROCESSING, filter: 'lanczos' } as const) : ANOMALIB_PREPROCESSING;
    return { backbone, layers: layers ?? usual, preprocessing, reading: { kind: 'maps', channels: null } };
  },
  async fit(work, train, given) {
    const settings = checked(given);
    const { reader, cache } = work;
    const random = work.random.fork('cflow');
    const seeds = mapsLayout(reader.spec).maps.map((_, l) => random.fork(`mixing/${l}`).integer(2 ** 31));
    const training = freshTraining({ layout: mapsLayout(reader.spec), settings, seeds }, random);
    const key = ['cflow', VERSION, await reader.keys(train), settings, seeds];
    // What looks at the test set depends on more than the key says, so it is never remembered.
    const looks = work.judge !== undefined && (settings.oracle || settings.patience !== null);
    const found = looks ? null : await cache.find('models', key);
    const begin = performance.now();
    if (found) resumeTraining(training, found);
    else {
      const checkpoint = looks ? null : await cache.find('checkpoints', key);
      if (checkpoint) {
        resumeTraining(training, checkpoint);
        work.reporter.note(`going on after epoch ${training.epochs} of ${settings.epochs}`);
      }
      await trainAll({ ...work, random }, training, train, looks, () =>
        looks ? Promise.resolve() : cache.keep('checkpoints', key, trainingTensors(training)),
      );
      if (!looks) {
        await cache.keep('models', key, trainingTensors(training));
        await cache.drop('checkpoints', key);
      }
    }
    const fit = found ? 0 : (performance.now() - begin) / 1000;
    return fittedCflow(work, training.flows, train, null, { fit }, notesOf(training, looks));
  },
  async restore(work, tensors, given) {
    const settings = checked(given);
    const layout = mapsLayout(work.reader.spec);
    const seeds = [...((tensors.seeds?.data ?? []) as Int32Array)];
    const parameters = layout.maps.map(({ channels }, l) => {
      const flat = tensors[`flow.${l}`]?.data as Float32Array | undefined;
      if (flat?.length !== parameterCount({ channels: channels.length, blocks: settings.blocks })) {
        throw new InputError(`flow ${l} does not fit a layer of ${channels.length} channels`, 'Fit the detector again');
      }
      return toShared(flat);
    });
    const relativeTo = tensors.reference?.data as Float32Array | undefined;
    if (relativeTo?.length !== parameters.length + 1 || seeds.length !== parameters.length) {
      throw new InputError('the flows have no reference to score by', 'Fit the detector again');
    }
    return fittedCflow(work, { layout, settings, parameters, seeds }, [], relativeTo, { fit: 0 }, []);
  },
};

async function trainAll(
  work: Workshop,
  training: Training,
  train: readonly ImageRequest[],
  looks: boolean,
  save: () => Promise<void>,
): Promise<void> {
  const { reader, reporter, signal, judge } = work;
  const { settings } = training.flows;
  const values =
    settings.augmentation === 'none'
      ? await reader.read(train, { progress: reporter.stage('train features'), signal })
      : null;
  const begin = performance.now();
  const before = training.epochs;
  while (training.epochs < settings.epochs && !stopsEarly(training, looks)) {
    await trainEpoch(work, training, train, values);
    if (looks) {
      const half = fittedCflow(work, training.flows, train, null, {}, []);
      const { image, pixel } = await judge!(half);
      training.judged.push({ image: image ?? Number.NaN, pixel: pixel ?? Number.NaN });
    }
    await save();
    const seconds = (performance.now() - begin) / 1000;
    const left = (seconds / (training.epochs - before)) * (settings.epochs - training.epochs);
    reporter.note(
      `epoch ${training.epochs} of ${settings.epochs}: loss ${training.losses.at(-1)!.toFixed(4)}, ` +
        `${seconds.toFixed(0)} s, about ${left.toFixed(0)} s left${judgedText(training)}`,
    );
  }
}

/** What the test set said after the last epoch, where a rule looked. */
function judgedText({ judged }: Training): string {
  const last = judged.at(-1);
  return last ? `; test set: image AUROC ${last.image.toFixed(4)}, pixel ${last.pixel.toFixed(4)}` : '';
}

/** anomalib 2022: no better pixel AUROC on the test set for `patience` epochs. */
function stopsEarly({ judged, flows }: Training, looks: boolean): boolean {
  const { patience } = flows.settings;
  if (!looks || patience === null || judged.length <= patience) return false;
  const pixels = judged.map(({ pixel }) => pixel);
  return Math.max(...pixels.slice(-patience)) <= Math.max(...pixels.slice(0, -patience));
}

function notesOf(training: Training, looks: boolean): string[] {
  const { epochs, losses, judged, flows } = training;
  const { settings } = flows;
  const notes = [`${epochs} epochs, loss ${losses.map((loss) => loss.toFixed(4)).join(' → ')}`];
  if (looks && epochs < settings.epochs) {
    notes.push(`stopped early: pixel AUROC on the test set did not rise for ${settings.patience} epochs`);
  }
  if (looks && settings.oracle) {
    const best = (name: 'image' | 'pixel'): string => {
      const values = judged.map((each) => each[name]);
      const most = Math.max(...values);
      return `${name} AUROC ${most.toFixed(4)} after epoch ${values.indexOf(most) + 1}`;
    };
    notes.push(`oracle, chosen on the test set and not comparable: ${best('image')}, ${best('pixel')}`);
  }
  return notes;
}

function fittedCflow(
  work: Omit<Workshop, 'random'>,
  flows: Flows,
  train: readonly ImageRequest[],
  known: Float32Array | null,
  spent: Fitted['seconds'],
  notes: readonly string[],
): Fitted {
  const { crop } = work.reader.spec.preprocessing;
  const seconds: Fitted['seconds'] = { search: 0, map: 0, ...spent };
  let relativeTo = known;
  const trainingReference = async (signal?: AbortSignal): Promise<Float32Array> => {
    relativeTo ??= reference(flows, await likelihoods(work, flows, train, { signal, seconds }), crop);
    return relativeTo;
  };
  return {
    seconds,
    notes,
    async *score(images, { signal, alone } = {}) {
      const found = await likelihoods(work, flows, images, { signal, seconds });
      const own = alone ? await trainingReference(signal) : reference(flows, found, crop);
      for (const i of images.keys()) {
        const begin = performance.now();
        const scored = scoredImage(flows, found, own, i, crop);
        seconds.map! += (performance.now() - begin) / 1000;
        yield scored;
      }
    },
    async tensors() {
      const relative = await trainingReference();
      const tensors: Tensors = {
        reference: { dtype: 'F32', shape: [relative.length], data: relative },
        seeds: { dtype: 'I32', shape: [flows.seeds.length], data: Int32Array.from(flows.seeds) },
      };
      for (const [l, data] of flows.parameters.entries()) {
        tensors[`flow.${l}`] = { dtype: 'F32', shape: [data.length], data };
      }
      return tensors;
    },
  };
}
