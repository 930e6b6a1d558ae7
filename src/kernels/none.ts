/** What the kernels take and name for no row (assembly): beyond every row. */
export const NONE = 0x7fffffff;
