/** Answers of `work` for each item in order, begun one item ahead of the one that is looked at. */
export async function* oneAhead<Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): AsyncGenerator<Answer> {
  const begin = (i: number): Promise<Answer> | undefined => {
    const begun = i < items.length ? work(items[i]) : undefined;
    // Told when its turn comes; without a handler the process would end before.
    begun?.catch(() => {});
    return begun;
  };
  let next = begin(0);
  for (let i = 0; next; i++) {
    const answer: Answer = await next;
    next = begin(i + 1);
    yield answer;
  }
}
