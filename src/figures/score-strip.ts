import type { TopLevelSpec } from 'vega-lite';
import type { EvaluateResult } from '../experiment/evaluate.js';

/** A test image's score under one method. */
export interface ScoreRow {
  method: string;
  kind: 'nominal' | 'leaked defect' | 'unseen defect';
  image: string;
  score: number;
}

/** Image scores by what the detector could know of the image; images of unknown label are left out. */
export function scoreRows(
  method: string,
  { images, manifest }: Pick<EvaluateResult, 'images' | 'manifest'>,
): ScoreRow[] {
  return images
    .filter(({ label }) => label !== null)
    .map(({ name, label, score }) => {
      const kind = label === 0 ? 'nominal' : manifest.images.includes(name) ? 'leaked defect' : 'unseen defect';
      return { method, kind, image: name, score };
    });
}

/** Scores as ticks, a panel a method with its own scale: a detector is good where nominal images lie left of all defects. */
export function scoreChart(rows: readonly ScoreRow[]): TopLevelSpec {
  const kinds: ScoreRow['kind'][] = ['nominal', 'unseen defect', 'leaked defect'];
  const methods = [...new Set(rows.map(({ method }) => method))];
  return {
    data: { values: [...rows] },
    facet: { column: { field: 'method', sort: methods, header: { title: null, labelFontSize: 9 } } },
    spacing: 14,
    resolve: { scale: { x: 'independent' } },
    spec: {
      width: 190,
      height: { step: 20 },
      mark: { type: 'tick', thickness: 1.4 },
      encoding: {
        x: { field: 'score', type: 'quantitative', axis: { title: 'image score', tickCount: 5 } },
        y: { field: 'kind', type: 'nominal', sort: kinds, axis: { title: null } },
        color: {
          field: 'kind',
          type: 'nominal',
          scale: { domain: kinds, range: ['#0072B2', '#E69F00', '#D55E00'] },
          legend: null,
        },
      },
    },
  } as unknown as TopLevelSpec;
}
