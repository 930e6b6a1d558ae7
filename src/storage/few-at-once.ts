/** Files that are open at a time. */
const FEW = 16;

/**
 * Works on items side by side, a few at a time, for work that opens files: all at once would meet the system's limit, and hold
 * all of them in memory. @returns the results in the items' order. @throws what the first failing work throws.
 */
export async function fewAtOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at]);
    }
  };
  const lanes = Array.from({ length: Math.min(FEW, items.length) }, lane);
  try {
    await Promise.all(lanes);
  } catch (error) {
    // The others end with the item they are at.
    next = items.length;
    await Promise.allSettled(lanes);
    throw error;
  }
  return results;
}
