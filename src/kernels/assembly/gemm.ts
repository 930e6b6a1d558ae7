// Matrix products with both operands packed k-major: A in groups of 4 rows, B in panels of 8 columns.
// The 4×8 tile keeps its 8 accumulators in registers; the loop over k is not unrolled (V8 would spill).

/** Packs 4 rows of `k` floats (row stride `stride` bytes) into [k × 4]. */
export function pack4(rows: usize, stride: usize, k: i32, out: usize): void {
  for (let i = 0; i < k; i++) {
    const from = rows + ((<usize>i) << 2);
    const to = out + ((<usize>i) << 4);
    f32.store(to, f32.load(from));
    f32.store(to, f32.load(from + stride), 4);
    f32.store(to, f32.load(from + stride * 2), 8);
    f32.store(to, f32.load(from + stride * 3), 12);
  }
}

/** Packs 8 rows of `k` floats (row stride `stride` bytes) into a panel [k × 8]. */
export function pack8(rows: usize, stride: usize, k: i32, out: usize): void {
  for (let i = 0; i < k; i++) {
    const to = out + ((<usize>i) << 5);
    for (let r = 0; r < 8; r++) {
      f32.store(to + ((<usize>r) << 2), f32.load(rows + <usize>r * stride + ((<usize>i) << 2)));
    }
  }
}

/** C[4 × 8·panels] = A[4 × k] · B[8·panels × k]ᵀ, A packed by pack4, B by pack8; C row-major, `ldc` bytes a row. */
export function gemm4(a: usize, k: i32, b: usize, panels: i32, c: usize, ldc: usize): void {
  const end = a + ((<usize>k) << 4);
  let pb = b;
  let pc = c;
  for (let p = 0; p < panels; p++) {
    let c00 = f32x4.splat(0);
    let c01 = f32x4.splat(0);
    let c10 = f32x4.splat(0);
    let c11 = f32x4.splat(0);
    let c20 = f32x4.splat(0);
    let c21 = f32x4.splat(0);
    let c30 = f32x4.splat(0);
    let c31 = f32x4.splat(0);
    let pa = a;
    while (pa < end) {
      const b0 = v128.load(pb);
      const b1 = v128.load(pb, 16);
      let x = v128.load32_splat(pa);
      c00 = f32x4.add(c00, f32x4.mul(x, b0));
      c01 = f32x4.add(c01, f32x4.mul(x, b1));
      x = v128.load32_splat(pa, 4);
      c10 = f32x4.add(c10, f32x4.mul(x, b0));
      c11 = f32x4.add(c11, f32x4.mul(x, b1));
      x = v128.load32_splat(pa, 8);
      c20 = f32x4.add(c20, f32x4.mul(x, b0));
      c21 = f32x4.add(c21, f32x4.mul(x, b1));
      x = v128.load32_splat(pa, 12);
      c30 = f32x4.add(c30, f32x4.mul(x, b0));
      c31 = f32x4.add(c31, f32x4.mul(x, b1));
      pa += 16;
      pb += 32;
    }
    v128.store(pc, c00);
    v128.store(pc, c01, 16);
    v128.store(pc + ldc, c10);
    v128.store(pc + ldc, c11, 16);
    v128.store(pc + ldc * 2, c20);
    v128.store(pc + ldc * 2, c21, 16);
    v128.store(pc + ldc * 3, c30);
    v128.store(pc + ldc * 3, c31, 16);
    pc += 32;
  }
}
