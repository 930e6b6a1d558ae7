import type { ComponentChildren, JSX } from 'preact';
import { useContext, useId } from 'preact/hooks';
import { download } from './download.js';
import { PngContext } from './png.js';

interface Props {
  /** Name of the view, for its place and its PNG. */
  name: string;
  title: string;
  /** Said below the title. */
  about?: ComponentChildren;
  /** Beside the title. */
  tools?: ComponentChildren;
  children: ComponentChildren;
}

/** A view with its title and its PNG. */
export function Card({ name, title, about, tools, children }: Props): JSX.Element {
  const id = useId();
  const pngs = useContext(PngContext);
  const save = async (): Promise<void> => {
    const png = await pngs.get(name)?.();
    if (png) download(png, `${name}.png`);
  };
  return (
    <section class={`card ${name}`} aria-labelledby={id}>
      <div class="head">
        <h2 id={id}>{title}</h2>
        {tools}
        <button type="button" class="quiet" aria-label={`Save “${title}” as PNG`} onClick={() => void save()}>
          PNG
        </button>
      </div>
      {about && <p class="about">{about}</p>}
      {children}
    </section>
  );
}
