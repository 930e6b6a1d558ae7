import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Controls } from './controls.js';
import { useExplorer } from './explorer.js';
import { Figures } from './figures.js';
import { Header } from './header.js';
import { PngContext, type Pngs } from './png.js';
import { Settled } from './settled.js';
import type { Source } from './source.js';
import { AurocCard } from './views/auroc.js';
import { CoresetCard } from './views/coreset.js';
import { RocCard } from './views/roc.js';
import { ScoresCard } from './views/scores.js';
import { TestCard } from './views/test-images.js';
import { TrainingCard } from './views/training.js';
import { WeightsCard } from './views/weights.js';
import { Waiting } from './waiting.js';

/** The whole page. */
export function App({ source }: { source: Source }): JSX.Element {
  const explorer = useExplorer(source);
  const pngs = useMemo<Pngs>(() => new Map(), []);
  return (
    <PngContext.Provider value={pngs}>
      <button type="button" class="skip" onClick={() => document.querySelector<HTMLElement>('#views')?.focus()}>
        Skip to the views
      </button>
      <Header explorer={explorer} pngs={pngs} />
      <Controls explorer={explorer} />
      <main id="views" tabIndex={-1}>
        <Waiting explorer={explorer} />
        {explorer.base && explorer.answer && (
          <div class={explorer.current ? 'views' : 'views stale'} aria-busy={!explorer.current}>
            <Figures explorer={explorer} />
            <Settled explorer={explorer} view={AurocCard} />
            <Settled explorer={explorer} view={WeightsCard} />
            <Settled explorer={explorer} view={ScoresCard} />
            <Settled explorer={explorer} view={RocCard} />
            <Settled explorer={explorer} view={TestCard} />
            <Settled explorer={explorer} view={TrainingCard} />
            <Settled explorer={explorer} view={CoresetCard} />
          </div>
        )}
      </main>
    </PngContext.Provider>
  );
}
