// Everything is bundled and served from /graphiql/: no other origin is ever asked.
import { existsSync, utimesSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The source that embeds the page, where it is at hand: a page that was built is embedded by the next compilation.
const embedding = new URL('../src/main.rs', import.meta.url);
const embedAgain = {
  name: 'embed-again',
  closeBundle() {
    if (existsSync(embedding)) utimesSync(embedding, new Date(), new Date());
  },
};

export default defineConfig({
  base: '/graphiql/',
  plugins: [react(), embedAgain],
  build: {
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 8000,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The page, and GraphiQL in a frame of its own, loaded when it is opened.
      input: ['index.html', 'editor.html'],
      // GraphiQL's sources carry directives for a compiler that has run already.
      onwarn: (warning, warn) => (warning.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : warn(warning)),
    },
  },
  server: {
    proxy: {
      '/graphql': 'http://127.0.0.1:8080',
      // The service hands the editor over without its ending.
      '/graphiql/editor': { target: 'http://127.0.0.1:8080', bypass: () => '/graphiql/editor.html' },
    },
  },
});
