import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { evaluateCommand } from '../view/command.js';
import { download, downloadBlob } from './download.js';
import type { Explorer } from './explorer.js';
import type { Pngs } from './png.js';

/** Saves the page as a file, each view as PNG, and the command that computes the chosen point. */
export function SaveMenu({ explorer, pngs }: { explorer: Explorer; pngs: Pngs }): JSX.Element {
  const { source, state, base, current, connected } = explorer;
  const { category } = source.session;
  const [busy, setBusy] = useState('');
  const [copied, setCopied] = useState(false);
  const details = useRef<HTMLDetailsElement>(null);
  const command = evaluateCommand(source.session, state);
  useEffect(() => setCopied(false), [command]);
  const doing = (what: string, work: () => Promise<void>) => async (): Promise<void> => {
    setBusy(what);
    try {
      await work();
      setBusy('');
    } catch (error) {
      setBusy(`It could not be saved: ${error instanceof Error ? error.message : error}`);
    }
  };
  const snapshot = doing('Writing the page …', async () => {
    downloadBlob(await source.live!.snapshot(state), `${category}-explorer.html`);
  });
  const pictures = doing('Drawing …', async () => {
    for (const [name, png] of pngs) download(await png(), `${category}-${name}.png`);
  });
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(command).then(
      () => setCopied(true),
      () => downloadBlob(new Blob([`${command}\n`], { type: 'text/plain' }), `${category}-command.txt`),
    );
  };
  return (
    <details
      class="save"
      ref={details}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        details.current!.open = false;
        details.current!.querySelector('summary')!.focus();
      }}
    >
      <summary>Save</summary>
      <div class="menu">
        {source.live && (
          <button
            type="button"
            id="save-page"
            disabled={!base || !current || !connected}
            onClick={() => void snapshot()}
          >
            <b>This page</b> <small>one HTML file, needs no server</small>
          </button>
        )}
        <button type="button" disabled={!base} onClick={() => void pictures()}>
          <b>All views</b> <small>a PNG each</small>
        </button>
        <button type="button" onClick={() => void copy()}>
          <b>{copied ? 'Copied' : 'Command line'}</b> <small>computes this point exactly</small>
        </button>
        <code>{command}</code>
        {busy && <p role="status">{busy}</p>}
      </div>
    </details>
  );
}
