/** Σ (a − b)² over `d` floats (a multiple of 16), four accumulators of four lanes, one fixed order of summation. */
export function squaredDistance(a: usize, b: usize, d: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  const end = a + ((<usize>d) << 2);
  let pb = b;
  for (let pa = a; pa < end; pa += 64) {
    const d0 = f32x4.sub(v128.load(pa), v128.load(pb));
    const d1 = f32x4.sub(v128.load(pa, 16), v128.load(pb, 16));
    const d2 = f32x4.sub(v128.load(pa, 32), v128.load(pb, 32));
    const d3 = f32x4.sub(v128.load(pa, 48), v128.load(pb, 48));
    s0 = f32x4.add(s0, f32x4.mul(d0, d0));
    s1 = f32x4.add(s1, f32x4.mul(d1, d1));
    s2 = f32x4.add(s2, f32x4.mul(d2, d2));
    s3 = f32x4.add(s3, f32x4.mul(d3, d3));
    pb += 64;
  }
  const s = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
}

/**
 * Squared distances of row `i` to 8·panels points packed by pack8 ([d × 8] each): out[8·panels]. Direct differences,
 * summed in the order of the dimensions, so duplicates give exactly 0 and the value is symmetric.
 */
export function rowDistances(row: usize, d: i32, panel: usize, panels: i32, out: usize): void {
  const end = row + ((<usize>d) << 2);
  let pb = panel;
  for (let p = 0; p < panels; p++) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    for (let pa = row; pa < end; pa += 4) {
      const x = v128.load32_splat(pa);
      const d0 = f32x4.sub(x, v128.load(pb));
      const d1 = f32x4.sub(x, v128.load(pb, 16));
      s0 = f32x4.add(s0, f32x4.mul(d0, d0));
      s1 = f32x4.add(s1, f32x4.mul(d1, d1));
      pb += 32;
    }
    v128.store(out + ((<usize>p) << 5), s0);
    v128.store(out + ((<usize>p) << 5), s1, 16);
  }
}
