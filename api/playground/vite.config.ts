// Everything is bundled and served from graphiql/, wherever that is: no other origin is ever asked.
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// The source that embeds the page, where it is at hand: a page that was built is embedded by the next compilation.
const embedding = new URL('../src/main.rs', import.meta.url);
const embedAgain = {
  name: 'embed-again',
  closeBundle() {
    if (existsSync(embedding)) utimesSync(embedding, new Date(), new Date());
  },
};

/** GraphiQL's style sheet carries two typefaces, a quarter of all there is to load; those of the system will do. */
const systemTypefaces: Plugin = {
  name: 'system-typefaces',
  enforce: 'pre',
  transform: (code, id) => (/graphiql\/dist\/style\.css/.test(id) ? code.replace(/@font-face\s*\{[^}]*\}/g, '') : undefined),
};

/** Each file also as brotli at its best, once and not for each visit. */
const compressed: Plugin = {
  name: 'compressed',
  writeBundle({ dir }, bundle) {
    for (const name of Object.keys(bundle)) {
      if (!/\.(js|css|html|svg|ttf)$/.test(name)) continue;
      const file = `${dir}/${name}`;
      writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
    }
  },
};

export default defineConfig({
  base: '/graphiql/',
  plugins: [react(), systemTypefaces, compressed, embedAgain],
  experimental: {
    // A proxy may put everything below a path, so no file is named from the root: the page is at graphiql, its editor at graphiql/editor.
    renderBuiltUrl: (file, { hostId, hostType }) =>
      hostType === 'html' ? (hostId === 'index.html' ? `graphiql/${file}` : file) : { relative: true },
  },
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
