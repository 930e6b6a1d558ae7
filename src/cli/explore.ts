import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { openCategory } from '../dataset/layouts.js';
import { findSystem } from '../detector/systems.js';
import type { Lab } from '../experiment/lab.js';
import { packageVersion } from '../experiment/versions.js';
import type { Subject } from '../explore/base/subject.js';
import { openRoom } from '../explore/server/room.js';
import { serveRoom } from '../explore/server/serve.js';
import type { Session } from '../explore/view/session.js';
import { startState, stopOf } from '../explore/view/state.js';
import { JUDGES, type JudgeName, type Stops } from '../explore/view/stop.js';
import { drawMissingCategories } from './draw.js';
import { describeFailure } from './failure.js';
import { numbers } from './lists.js';
import {
  addCacheOptions,
  addFeatureOptions,
  addThreads,
  type CacheOptions,
  chosenFeatures,
  type FeatureOptions,
  number,
  whole,
} from './options.js';
import { withLab } from './session.js';

interface Options extends FeatureOptions, CacheOptions {
  data?: string;
  category?: string;
  judge: JudgeName;
  profile: string;
  tau?: number;
  k?: number;
  ks: number[];
  ratio: number;
  ratios: number[];
  noise?: number;
  noises: number[];
  overlap?: boolean;
  seed: number;
  port: number;
  threads?: number;
}

/** What is looked at without --data: as the demo. */
const [DRAWN, DRAWN_CATEGORY, DRAWN_NOISE] = ['data/demo/drawn', 'bracket', 0.15];

/** `softpatch explore`: a page on which τ is dragged. */
export function addExplore(program: Command): void {
  const command = program
    .command('explore')
    .description('a page on this machine to drag τ and see AUROC, weights, images, decisions and the coreset move')
    .option('--data <dir>', 'folder of categories in a known layout, or one category (default: a drawn set)')
    .option('--category <name>', 'category under --data')
    .addOption(new Option('--judge <name>', 'what judges patches at first').choices([...JUDGES]).default('lof'))
    .addOption(
      new Option('--profile <name>', "form of LOF: the paper's or the public code's")
        .choices(['paper', 'release'])
        .default('paper'),
    )
    .option('--tau <share>', 'τ at first, share of patches removed', number)
    .option('--k <n>', 'neighbours of LOF at first (default: by profile)', whole)
    .option('--ks <list>', 'values of k to choose among', numbers, [3, 6, 9, 12])
    .option('--ratio <rho>', 'ρ at first, share of all patches in the memory bank', number, 0.01)
    .option('--ratios <list>', 'values of ρ to choose among', numbers, [0.01, 0.03, 0.1])
    .option(
      '--noise <ratio>',
      'injected defective images relative to the nominal count at first (drawn set: 0.15)',
      number,
    )
    .option('--noises <list>', 'noise ratios to choose among', numbers, [0, 0.05, 0.1, 0.15])
    .option('--overlap', 'injected images stay in the test set too (drawn set: they do)')
    .option('--seed <n>', 'seed of every draw', whole, 0)
    .option('--port <n>', 'port on 127.0.0.1 (default: a free one)', whole, 0);
  addCacheOptions(addThreads(addFeatureOptions(command)))
    .addHelpText(
      'after',
      `
The address holds a token: whoever has it can see the images. Ctrl-C ends the page.

Examples:
  softpatch explore
  softpatch explore --data data/mvtec --category screw --noise 0.1 --overlap
  softpatch explore --data data/mvtec --category screw --noise 0.1 --overlap --judge witness --ratios 0.01,0.1`,
    )
    .action(runExplore);
}

async function runExplore(options: Options): Promise<void> {
  await withLab(options, async (lab) => {
    const subject = await openSubject(options, lab);
    const session = sessionOf(options, subject);
    const room = await openRoom(lab, subject, session, (error) => describeFailure(error));
    const served = await serveRoom(room, options.port);
    // Read before it is asked for, where it is remembered; what fails will fail again when it is asked for.
    void room
      .base(stopOf(startState(session)))
      .then(room.ready)
      .catch(() => undefined);
    console.log(`${subject.category.name} at ${served.url}\nCtrl-C ends it.`);
    await new Promise<void>((resolve) => {
      lab.signal?.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.all([served.close(), room.close()]);
  });
}

async function openSubject(options: Options, lab: Lab): Promise<Subject> {
  const { profile, seed, data } = options;
  const features = await chosenFeatures(options, (chosen) => findSystem('softpatch-lof').reading(profile, chosen));
  const shared = { features, profile, seed, maskMode: 'nearest' } as const;
  if (data !== undefined) {
    return { ...shared, category: await openCategory(data, options.category), overlap: options.overlap ?? false };
  }
  await drawMissingCategories(DRAWN, lab.reporter, [DRAWN_CATEGORY]);
  return { ...shared, category: await openCategory(DRAWN, DRAWN_CATEGORY), overlap: true };
}

function sessionOf(options: Options, { category, features, profile, overlap }: Subject): Session {
  const { judge, tau, ratio, data } = options;
  const noise = options.noise ?? (data === undefined ? DRAWN_NOISE : 0);
  const k = options.k ?? (profile === 'release' ? 5 : 6);
  const anomalous = category.test.filter(({ label }) => label === 1).length;
  // Without overlap an anomalous image must be left to test.
  const most = overlap ? anomalous : anomalous - 1;
  const possible = options.noises.filter((value) => Math.trunc(value * category.train.length) <= most);
  const stops: Stops = {
    judges: [...JUDGES],
    ks: ascending(options.ks, k),
    ratios: ascending(options.ratios, ratio),
    noises: ascending(possible, noise),
  };
  return {
    category: category.name,
    stops,
    start: { judge, k, ratio, noise, chosen: judge === 'witness' ? null : (tau ?? null) },
    options: reproducing(options, overlap),
    notes:
      features.weights.kind === 'random'
        ? [`No weights were given or found: ${features.backbone} runs with random ones and sees little.`]
        : [],
    version: packageVersion(),
  };
}

/** The options of this run that `evaluate` needs too. */
function reproducing(options: Options, overlap: boolean): string[] {
  const { data, category, profile, seed, backbone, layers, weights, resize, crop, frame, window } = options;
  const named = {
    data: data ?? join(DRAWN),
    category: data === undefined ? DRAWN_CATEGORY : category,
    backbone,
    layers: layers?.join(','),
    weights,
    resize,
    crop,
    frame,
    window: window?.join(','),
    profile: profile === 'paper' ? undefined : profile,
    seed: seed === 0 ? undefined : seed,
  };
  const words = Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  return overlap ? [...words, '--overlap'] : words;
}

function ascending(values: readonly number[], with_: number): number[] {
  return [...new Set([...values, with_])].sort((a, b) => a - b);
}
