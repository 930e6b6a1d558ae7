import type { JSX } from 'preact';
import type { Explorer } from './explorer.js';
import { whole } from './numbers.js';
import type { Pngs } from './png.js';
import { SaveMenu } from './save.js';

/** What is looked at, and what can be saved of it. */
export function Header({ explorer, pngs }: { explorer: Explorer; pngs: Pngs }): JSX.Element {
  const { source, base, connected } = explorer;
  const { category, notes } = source.session;
  return (
    <header class="top">
      <div class="title">
        <h1>
          {category} <span>SoftPatch explorer</span>
        </h1>
        {base && (
          <p>
            {whole(base.train.length)} training images, {base.train.filter(({ noise }) => noise).length} of them
            injected defects · {whole(base.test.length)} test images
          </p>
        )}
        {notes.map((note) => (
          <p class="note" key={note}>
            {note}
          </p>
        ))}
        {!connected && <p class="note">The server has gone. What is shown stays; nothing new can be computed.</p>}
        {!source.live && <p>A saved page: it needs no server, and holds what was computed when it was saved.</p>}
      </div>
      <SaveMenu explorer={explorer} pngs={pngs} />
    </header>
  );
}
