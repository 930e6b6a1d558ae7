/** The page's style: no fonts or files from elsewhere; cards out of view cost nothing. */
export const STYLE: string = `
:root { color-scheme: light dark; --edge: #8886; --drop: #c62828; --keep: #2e7d32; --spot: #ffb300; }
body { margin: 0; font: 15px/1.4 system-ui, sans-serif; }
header { position: sticky; top: 0; z-index: 1; background: Canvas; border-bottom: 1px solid var(--edge); padding: .6rem 1rem; }
h1 { font-size: 1.1rem; margin: 0; }
header p { margin: .2rem 0; }
button { font: inherit; cursor: pointer; padding: .15rem .6rem; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); gap: .8rem; padding: 1rem; }
article { border: 2px solid var(--edge); border-radius: .4rem; padding: .6rem; content-visibility: auto; contain-intrinsic-size: auto 15rem; scroll-margin-top: 9rem; }
article:focus { outline: 3px solid Highlight; outline-offset: 1px; }
article.drop { border-color: var(--drop); } article.keep { border-color: var(--keep); }
article.drop .preview { opacity: .45; }
article h2 { font-size: .95rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
.row { display: flex; gap: .6rem; }
.preview { position: relative; flex: none; width: 160px; height: 160px; }
.preview img { width: 160px; height: 160px; } .preview svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.preview path { fill: none; stroke: var(--spot); stroke-width: 2px; vector-effect: non-scaling-stroke; }
.pair { display: flex; gap: .3rem; } .pair figure { margin: 0; width: 76px; font-size: .72rem; } .pair img { width: 76px; height: 76px; }
.why { font-size: .85rem; margin: 0 0 .3rem; }
.choice { margin-top: .4rem; } .choice button[aria-pressed=true] { font-weight: bold; }
body.suspected article:not([data-suspected]) { display: none; }
kbd { border: 1px solid var(--edge); border-radius: .2rem; padding: 0 .25rem; font-size: .85em; }
`;
