/** Why a cell failed, as Jupyter's `error` output. */
export interface Failure {
  ename: string;
  evalue: string;
  /** Lines for a terminal, coloured with ANSI codes. */
  traceback: string[];
}
