import { InputError } from '../../errors.js';
import { DINOV2S } from '../../features/dinov2.js';
import { mapsLayout } from '../../features/reading.js';
import { toShared } from '../../kernels/arena.js';
import { ANOMALIB_PREPROCESSING } from '../padim.js';
import { checkedSettings, checkProfile } from '../settings.js';
import type { Fitted, Settings, System } from '../system.js';
import { cflowToGraph } from './cflow-onnx.js';
import { fittedCflow } from './fitted.js';
import { parameterCount } from './parameters.js';
import { CFLOW_PROFILES, type CflowSettings, cflowSchema } from './settings.js';
import { freshTraining, resumeTraining, trainingTensors } from './training.js';
import { notesOf, trainAll } from './training-loop.js';

/** Raise when training changes for the same features. */
const VERSION = 2;
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
    const own = DINOV2S.includes(backbone) ? ['block12'] : usual;
    return { backbone, layers: layers ?? own, preprocessing, reading: { kind: 'maps', channels: null } };
  },
  async fit(lab, reader, train, given, { random: draws, judge: testSet }) {
    const settings = checked(given);
    const { cache, reporter } = lab;
    const random = draws.fork('cflow');
    const seeds = mapsLayout(reader.spec).maps.map((_, l) => random.fork(`mixing/${l}`).integer(2 ** 31));
    const training = freshTraining({ layout: mapsLayout(reader.spec), settings, seeds }, random);
    const judge = settings.oracle || settings.patience !== null ? testSet : undefined;
    const key: unknown[] = ['cflow', VERSION, await reader.keys(train), settings, seeds];
    if (judge) key.push(await judge.key());
    const found = await cache.find('models', key);
    const begin = performance.now();
    if (found) resumeTraining(training, found);
    else {
      const checkpoint = await cache.find('checkpoints', key);
      if (checkpoint) {
        resumeTraining(training, checkpoint);
        reporter.note(`going on after epoch ${training.epochs} of ${settings.epochs}`);
      }
      const half = (): Fitted => fittedCflow(lab, reader, training.flows, train, null, {}, []);
      await trainAll(lab, reader, { random, judge }, training, train, half, () =>
        cache.keep('checkpoints', key, trainingTensors(training)),
      );
      await cache.keep('models', key, trainingTensors(training));
      await cache.drop('checkpoints', key);
    }
    const fit = found ? 0 : (performance.now() - begin) / 1000;
    return fittedCflow(lab, reader, training.flows, train, null, { fit }, notesOf(training, judge !== undefined));
  },
  addToGraph: (start) => cflowToGraph(start, checked(start.settings)),
  async restore(lab, reader, tensors, given) {
    const settings = checked(given);
    const layout = mapsLayout(reader.spec);
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
    return fittedCflow(lab, reader, { layout, settings, parameters, seeds }, [], relativeTo, { fit: 0 }, []);
  },
};
