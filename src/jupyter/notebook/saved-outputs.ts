import type { DisplayOptions, MimeBundle } from '../../notebook/cell-host.js';
import type { Failure } from '../session/failure.js';
import type { CellSink } from '../session/session.js';
import { linesOf, type SavedOutput } from './notebook-file.js';

/** A sink that gathers outputs as a notebook saves them. */
export interface OutputGatherer extends CellSink {
  /** Whether an error came that no one awaited. */
  readonly loose: Failure | null;
  /** The outputs so far; displays that were emptied are left out. */
  saved(): SavedOutput[];
}

/** What a terminal would show after carriage returns. */
function collapsed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.slice(line.replace(/\r+$/, '').lastIndexOf('\r') + 1))
    .join('\n');
}

const isEmpty = ({ data }: SavedOutput): boolean => Object.values(data ?? { none: 1 }).every((value) => value === '');

/** @param cell execution count of the cell. @param scrub takes paths of this machine out of texts. */
export function gatherOutputs(cell: number, scrub: (text: string) => string): OutputGatherer {
  const outputs: SavedOutput[] = [];
  const displays = new Map<string, SavedOutput>();
  let loose: Failure | null = null;
  const saved = (output: SavedOutput): SavedOutput => {
    if (output.output_type === 'stream') return { ...output, text: linesOf(scrub(collapsed(String(output.text)))) };
    if (output.output_type === 'error') return scrubbed(output, scrub);
    return { ...output, data: savedBundle(output.data as MimeBundle, scrub) };
  };
  return {
    get loose() {
      return loose;
    },
    stream(name, text) {
      const last = outputs.at(-1);
      if (last?.output_type === 'stream' && last.name === name) last.text = String(last.text) + text;
      else outputs.push({ output_type: 'stream', name, text });
    },
    display(data, { id, update, metadata = {} }: DisplayOptions) {
      const before = id === undefined ? undefined : displays.get(id);
      if (update && before) {
        Object.assign(before, { data, metadata });
        return;
      }
      const output = { output_type: 'display_data', data, metadata };
      outputs.push(output);
      if (id !== undefined) displays.set(id, output);
    },
    result: (data) => void outputs.push({ output_type: 'execute_result', data, metadata: {}, execution_count: cell }),
    error(failure) {
      loose ??= failure;
      outputs.push({ output_type: 'error', ...failure });
    },
    saved: () => outputs.filter((output) => output.output_type === 'stream' || !isEmpty(output)).map(saved),
  };
}

function scrubbed(output: SavedOutput, scrub: (text: string) => string): SavedOutput {
  return {
    ...output,
    evalue: scrub(String(output.evalue)),
    traceback: (output.traceback as string[]).map(scrub),
  };
}

/** Text of several lines is saved as lines, everything else as it is. */
function savedBundle(bundle: MimeBundle, scrub: (text: string) => string): MimeBundle {
  const isText = (mime: string): boolean => /^text\/|^image\/svg\+xml$|^application\/javascript$/.test(mime);
  return Object.fromEntries(
    Object.entries(bundle).map(([mime, value]) => [
      mime,
      typeof value === 'string' && isText(mime) ? linesOf(scrub(value)) : value,
    ]),
  );
}
