/** Stands for a neighbour that is not there: fewer rows than were wanted are near enough. */
export const NO_ROW = -1;
