// Parameter blocks of the kernels: 4-byte words in an arena, in the order written here and nowhere else. `usize` is an
// offset in the memory. scripts/build-kernels.mjs makes ../blocks.ts of this, through which the host writes them.

/** A greedy selection: its rows, in places that may be another order, what is known of each and where its picks go. */
@unmanaged
export class GreedyBlock {
  /** Blocks of 8 rows. */
  blocks: i32;
  /** Dimensions of a row. */
  d: usize;
  /** Pairs of dimensions of a row in 16-bit whole numbers. */
  pairs: usize;
  /** Rows as panels [d × 8]. */
  panels: usize;
  /** The same in whole numbers [pairs × 8 × 2], and their squares [8 · blocks]. */
  wholePanels: usize;
  squares: usize;
  /** Which row lies at each place [8 · blocks]; beyond every row where none does. */
  rank: usize;
  /** The middle of each block's rows in whole numbers [blocks × pairs × 2], its square [blocks] and each row's distance from it [8 · blocks]. */
  middles: usize;
  middleSquares: usize;
  offsets: usize;
  /** Chosen rows [picks × d]. */
  centres: usize;
  /** Chosen rows in whole numbers, in groups of eight: −2c [pairs × 8 × 2], then |c|² [8]. */
  wholeCentres: usize;
  /** Squared distance of each row to the centres applied so far. */
  distance: usize;
  /** Largest whole distance at which a centre may still come closer, by row. */
  limit: usize;
  /** Largest whole distance of a centre from a block's middle at which it may still come closer to one of its rows. */
  reach: usize;
  /** Largest of a block's distances, and the lowest row that has it. */
  bound: usize;
  leading: usize;
  /** Centres applied to each block. */
  applied: usize;
  /** Tournament of blocks by bound [2 · leaves]. */
  tree: usize;
  leaves: i32;
  /** Rows chosen, in order. */
  picks: usize;
  /** How many. */
  count: i32;
  /** Whole units to one of distance, and how far a bound may exceed the distance by rounding. */
  scale: f32;
  slack: f32;
  /** Full distances computed so far, in centres applied to a block by the leader. */
  full: i32;
  /** Job slots, a few to each helper. */
  slots: i32;
  /** 64 bytes a slot, then three words each for the block it holds, that block's bound and its leading row. */
  jobs: usize;
}

/**
 * One query's search for its nearest rows, or for the nearest row of each of its nearest groups. Rows lie at places, eight that are near each
 * other to a block.
 */
@unmanaged
export class SearchBlock {
  /** Blocks of eight places. */
  blocks: i32;
  /** Which row lies at each place [8 · blocks]; beyond every row where none does. */
  rank: usize;
  /** The bank by place [rows × d]. */
  bank: usize;
  d: i32;
  /** Places in whole numbers, as panels [pairs × 8 × 2] a block, and their squares [8 · blocks]. */
  panels: usize;
  pairs: i32;
  norms: usize;
  /** How far each block's rows lie from its middle at most, in whole units [blocks, padded to a multiple of 16]. */
  radii: usize;
  /** Places of the finer bound [rows × fineDims], in 16-bit whole numbers. */
  fine: usize;
  /** A multiple of 16. */
  fineDims: i32;
  /** [d] */
  query: usize;
  /** −2q in pairs of dimensions, one of four queries: [pairs × 4 × 2] from the query's first pair on, and |q|². */
  queryPairs: usize;
  querySquare: i32;
  /** [fineDims], in 16-bit whole numbers. */
  queryFine: usize;
  /** The query's squared distances to the blocks' middles [blocks, padded to a multiple of 16], in whole numbers. Overwritten. */
  bounds: usize;
  /** Whole units to one of distance, of both bounds, and how far a bound may exceed the distance by rounding. */
  scale: f32;
  slack: f32;
  fineScale: f32;
  fineSlack: f32;
  /** Room for (bound, place) pairs: of the blocks that open the search, then those that wait for their turn [8 · blocks]. */
  seeds: usize;
  waiting: usize;
  /** Room for the bounds of a block's rows [8]. */
  eight: usize;
  /** Rows of least bound in the nearest blocks that are looked at first. */
  seedCount: i32;
  /** Rows wanted. */
  k: i32;
  /** Squared distance beyond which none is. */
  within: f32;
  /** A place whose row may be near, −1 for none; given back: that of the nearest row, where one is found. */
  hint: i32;
  /** Where the nearest go: (distance², row) pairs, or (distance², row, order, limit, finer limit) for each of many banks. */
  best: usize;
  /** Each row's group [rows], where only the nearest row of a group counts; else 0. Rows of a group lie together. */
  groups: usize;
  /** Rows passed over, from here to before `passedTo`. */
  passedFrom: i32;
  passedTo: i32;
}

/** The same in up to 32 banks at once, which are subsets of the rows. */
@unmanaged
export class SearchManyBlock extends SearchBlock {
  banks: i32;
  /** Bit b of a row's mask says that it belongs to bank b [rows]. */
  masks: usize;
  /** When the row was picked there [banks × rows]. */
  orders: usize;
  /** How many rows there are. */
  rows: i32;
}
