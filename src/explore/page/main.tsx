import { render } from 'preact';
import { App } from './app.js';
import { embeddedSource } from './embedded-source.js';
import { liveSource } from './live-source.js';

const place = document.querySelector('#app')!;
const embedded = document.querySelector('#data');

(embedded ? embeddedSource(embedded.textContent!) : liveSource()).then(
  (source) => render(<App source={source} />, place),
  (error: Error) => {
    place.textContent = `The page cannot start: ${error.message}`;
  },
);
