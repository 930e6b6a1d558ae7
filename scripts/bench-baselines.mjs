// Plain forms of the stages, as one would first write them with typed arrays: the baselines of the bench.

function distance(a, i, b, j, d) {
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const delta = a[i * d + k] - b[j * d + k];
    sum += delta * delta;
  }
  return sum;
}

/** k-centre selection by the loop of docs/methods.md 3.2. */
export function plainGreedy(z, d, count, starts) {
  const n = z.length / d;
  const anchor = new Float64Array(n);
  for (let i = 0; i < n; i++)
    for (const start of starts) anchor[i] += Math.sqrt(distance(z, i, z, start, d)) / starts.length;
  const picks = [];
  while (picks.length < count) {
    let best = 0;
    for (let i = 1; i < n; i++) if (anchor[i] > anchor[best]) best = i;
    picks.push(best);
    for (let i = 0; i < n; i++) anchor[i] = Math.min(anchor[i], Math.sqrt(distance(z, i, z, best, d)));
  }
  return picks;
}

/** Nearest row of each query by comparing all. */
export function plainNearest(bank, queries, d) {
  return Array.from({ length: queries.length / d }, (_, q) => {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i * d < bank.length; i++) {
      const squared = distance(queries, q, bank, i, d);
      if (squared < least) [least, best] = [squared, i];
    }
    return best;
  });
}

/** LOF by sorting every row of the distance matrix. */
export function plainLof(z, images, positions, d, k) {
  for (let p = 0; p < positions; p++) {
    const row = (i) => i * positions + p;
    const near = [];
    for (let i = 0; i < images; i++) {
      const own = [];
      for (let j = 0; j < images; j++)
        if (j !== i) own.push({ j, distance: Math.sqrt(distance(z, row(i), z, row(j), d)) });
      near.push(own.sort((a, b) => a.distance - b.distance).slice(0, k));
    }
    const density = near.map(
      (own) => 1 / (own.reduce((sum, { j, distance: d }) => sum + Math.max(near[j][k - 1].distance, d), 0) / k + 1e-10),
    );
    near.map((own, i) => own.reduce((sum, { j }) => sum + density[j], 0) / k / density[i]);
  }
}

/** The embedding as described: unfold 3×3, pool to 1,024 a layer, stretch, pool again. */
export function plainEmbedding(maps) {
  const pool = (values, outputs) =>
    Float32Array.from({ length: outputs }, (_, j) => {
      const from = Math.floor((j * values.length) / outputs);
      const to = Math.ceil(((j + 1) * values.length) / outputs);
      let sum = 0;
      for (let v = from; v < to; v++) sum += values[v];
      return sum / (to - from);
    });
  const side = maps[0].height;
  const layers = maps.map(({ height, width, channels, data }) => {
    const grid = [];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const block = new Float32Array(channels * 9);
        for (let v = 0; v < block.length; v++) {
          const [c, py, px] = [Math.floor(v / 9), y + (Math.floor(v / 3) % 3) - 1, x + (v % 3) - 1];
          if (py >= 0 && px >= 0 && py < height && px < width) block[v] = data[(py * width + px) * channels + c];
        }
        grid.push(pool(block, 1024));
      }
    }
    return { grid, height, width };
  });
  const rows = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const joined = new Float32Array(1024 * layers.length);
      layers.forEach(({ grid, height, width }, l) => {
        const at = (o, size) => Math.max(0, ((o + 0.5) * size) / side - 0.5);
        const [v, h] = [at(y, height), at(x, width)];
        const [top, left] = [Math.floor(v), Math.floor(h)];
        const [bottom, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
        for (let j = 0; j < 1024; j++) {
          const upper = grid[top * width + left][j] * (1 - h + left) + grid[top * width + right][j] * (h - left);
          const lower = grid[bottom * width + left][j] * (1 - h + left) + grid[bottom * width + right][j] * (h - left);
          joined[l * 1024 + j] = upper * (1 - v + top) + lower * (v - top);
        }
      });
      rows.push(pool(joined, 1024));
    }
  }
  return rows;
}
