import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// biome-ignore lint/style/noDefaultExport: Vite reads it as the default export
export default defineConfig({
  // Addresses relative to the page, which names its own base: the same files serve under any prefix.
  base: './',
  plugins: [react()],
  build: {
    outDir: path.join(import.meta.dirname, '..', 'dist-dashboard'),
    emptyOutDir: true,
    target: ['chrome125', 'firefox128', 'safari18'],
    // As files of their own: the content security policy lets no data: address in, but for images.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
