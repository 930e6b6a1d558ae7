import { type EngineFinding, probeEngine } from './engine-probe.js';

// A process of its own: a broken driver may end it, and engines share global state.
const finding = await probeEngine(process.argv[2] as EngineFinding['engine']);
process.stdout.write(`\n${JSON.stringify(finding)}\n`, () => process.exit(0));
