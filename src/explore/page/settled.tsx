import type { ComponentType, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Explorer } from './explorer.js';

/** How long a drag must rest before views beside the window follow it. */
const REST_MS = 120;
/** What a drag changes; at other changes every view follows at once. */
const DRAGGED: readonly (keyof Explorer)[] = ['state', 'answer', 'decision', 'curve', 'set', 'start'];

/** A view that follows a drag at every frame while it is in the window, and else when the drag rests: only what is seen costs. */
export function Settled({
  explorer,
  view: View,
}: {
  explorer: Explorer;
  view: ComponentType<{ explorer: Explorer }>;
}): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const visible = useRef(true);
  const held = useRef(explorer);
  const [, follow] = useState(0);
  const same = (Object.keys(explorer) as (keyof Explorer)[]).every(
    (name) => DRAGGED.includes(name) || explorer[name] === held.current[name],
  );
  const latest = useRef(explorer);
  latest.current = explorer;
  if (visible.current || !same) held.current = explorer;
  const catchUp = (): void => {
    if (held.current === latest.current) return;
    held.current = latest.current;
    follow((times) => times + 1);
  };
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        visible.current = entries.at(-1)!.isIntersecting;
        if (visible.current) catchUp();
      },
      { rootMargin: '100px' },
    );
    observer.observe(element.current!.firstElementChild!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (held.current === explorer) return;
    const later = setTimeout(catchUp, REST_MS);
    return () => clearTimeout(later);
  });
  return (
    <div class="settled" ref={element}>
      <View explorer={held.current} />
    </div>
  );
}
