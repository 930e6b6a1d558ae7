const NORMAL: readonly string[] = ['good', 'ok', 'normal'];

/** Whether a folder's name says that its images are normal: `good`, `ok` or `normal`, in any case. The one rule everywhere. */
export function isNormalName(folder: string): boolean {
  return NORMAL.includes(folder.toLowerCase());
}
