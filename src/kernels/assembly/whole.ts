// Squared distances in 16-bit whole numbers: half the memory and half the instructions of single precision, and exact, so
// that a bound made of them has no rounding of its own. Values keep |x| ≤ 10,000 and |q| ≤ 16,000 by norm, so that
// nothing overflows 32 bits (../../coreset/whole-rows.ts).

/**
 * Squared distances of 4 queries to 8·panels rows: out[4 × 8·panels], `stride` bytes a query.
 * @param queries −2q in pairs of dimensions [pairs × 4 × 2]. @param panels x likewise, [pairs × 8 × 2] each.
 * @param norms |x|² [8·panels]. @param squares |q|² [4].
 */
export function boundFour(
  queries: usize,
  pairs: i32,
  panel: usize,
  panels: i32,
  norms: usize,
  squares: usize,
  out: usize,
  stride: usize,
): void {
  const end = queries + ((<usize>pairs) << 4);
  const s0 = v128.load32_splat(squares);
  const s1 = v128.load32_splat(squares, 4);
  const s2 = v128.load32_splat(squares, 8);
  const s3 = v128.load32_splat(squares, 12);
  let pb = panel;
  let pn = norms;
  let pc = out;
  for (let p = 0; p < panels; p++) {
    const n0 = v128.load(pn);
    const n1 = v128.load(pn, 16);
    let c00 = i32x4.add(n0, s0);
    let c01 = i32x4.add(n1, s0);
    let c10 = i32x4.add(n0, s1);
    let c11 = i32x4.add(n1, s1);
    let c20 = i32x4.add(n0, s2);
    let c21 = i32x4.add(n1, s2);
    let c30 = i32x4.add(n0, s3);
    let c31 = i32x4.add(n1, s3);
    let pa = queries;
    while (pa < end) {
      const b0 = v128.load(pb);
      const b1 = v128.load(pb, 16);
      let x = v128.load32_splat(pa);
      c00 = i32x4.add(c00, i32x4.dot_i16x8_s(x, b0));
      c01 = i32x4.add(c01, i32x4.dot_i16x8_s(x, b1));
      x = v128.load32_splat(pa, 4);
      c10 = i32x4.add(c10, i32x4.dot_i16x8_s(x, b0));
      c11 = i32x4.add(c11, i32x4.dot_i16x8_s(x, b1));
      x = v128.load32_splat(pa, 8);
      c20 = i32x4.add(c20, i32x4.dot_i16x8_s(x, b0));
      c21 = i32x4.add(c21, i32x4.dot_i16x8_s(x, b1));
      x = v128.load32_splat(pa, 12);
      c30 = i32x4.add(c30, i32x4.dot_i16x8_s(x, b0));
      c31 = i32x4.add(c31, i32x4.dot_i16x8_s(x, b1));
      pa += 16;
      pb += 32;
    }
    v128.store(pc, c00);
    v128.store(pc, c01, 16);
    v128.store(pc + stride, c10);
    v128.store(pc + stride, c11, 16);
    v128.store(pc + stride * 2, c20);
    v128.store(pc + stride * 2, c21, 16);
    v128.store(pc + stride * 3, c30);
    v128.store(pc + stride * 3, c31, 16);
    pc += 32;
    pn += 32;
  }
}

/**
 * Squared distances of one of four queries to the eight rows of a block, into `out` [8], and which of them are within the limit, as bits.
 * @param query its first pair of −2q, four queries to a pair. @param panel x [pairs × 8 × 2]. @param norms |x|² [8].
 */
export function boundBlock(
  query: usize,
  pairs: i32,
  panel: usize,
  norms: usize,
  square: i32,
  out: usize,
  limit: v128,
): i32 {
  const s = i32x4.splat(square);
  let c0 = i32x4.add(v128.load(norms), s);
  let c1 = i32x4.add(v128.load(norms, 16), s);
  const end = query + ((<usize>pairs) << 4);
  let pb = panel;
  for (let pa = query; pa < end; pa += 16) {
    const x = v128.load32_splat(pa);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, v128.load(pb)));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, v128.load(pb, 16)));
    pb += 32;
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
  return i32x4.bitmask(i32x4.le_s(c0, limit)) | (i32x4.bitmask(i32x4.le_s(c1, limit)) << 4);
}

/** Σ (a − b)² over `count` 16-bit values, a multiple of 16. */
export function wholeDistance(a: usize, b: usize, count: i32): i32 {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  const end = a + ((<usize>count) << 1);
  let pb = b;
  for (let pa = a; pa < end; pa += 32) {
    const d0 = i16x8.sub(v128.load(pa), v128.load(pb));
    const d1 = i16x8.sub(v128.load(pa, 16), v128.load(pb, 16));
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(d0, d0));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(d1, d1));
    pb += 32;
  }
  const s = i32x4.add(s0, s1);
  return i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1) + (i32x4.extract_lane(s, 2) + i32x4.extract_lane(s, 3));
}
