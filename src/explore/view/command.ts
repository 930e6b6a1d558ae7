import { JUDGE_METHODS } from './methods.js';
import type { Session } from './session.js';
import { chosenOf, stopOf, type ViewState } from './state.js';

/** Text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The command that computes a state exactly. */
export function evaluateCommand({ options }: Pick<Session, 'options'>, state: ViewState): string {
  const { judge, k, ratio, noise } = stopOf(state);
  const chosen = String(chosenOf(state));
  // `witness` has no form of LOF, and clean images do not overlap.
  const fits = (word: string): boolean =>
    (word !== '--profile' || judge !== 'witness') && (word !== '--overlap' || noise > 0);
  const words = [
    'softpatch',
    'evaluate',
    ...options.filter((word, i) => fits(word) && (i === 0 || word.startsWith('--') || fits(options[i - 1]))),
    '--method',
    JUDGE_METHODS[judge],
    ...(judge === 'witness' ? ['--set', `level=${chosen}`] : ['--tau', chosen]),
    ...(judge === 'lof' ? ['--k', String(k)] : []),
    '--ratio',
    String(ratio),
    ...(noise > 0 ? ['--noise', String(noise)] : []),
  ];
  return words.map(shellWord).join(' ');
}
