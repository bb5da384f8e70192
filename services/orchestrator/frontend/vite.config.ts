import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: fromHere('.'),
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': fromHere('./src') } },
  build: {
    // At es2020 and below the bundler breaks xterm.js: full-screen programs freeze in production builds only.
    target: 'es2022',
    outDir: fromHere('./dist'),
    emptyOutDir: true,
    // The content security policy allows fonts from 'self' only, so nothing may become a data: URL.
    assetsInlineLimit: 0,
    // xterm.js is half a megabyte; it comes with the terminal's page only.
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'framework', test: /node_modules[\\/](react|react-dom|react-router|scheduler|@tanstack)[\\/]/ },
          ],
        },
      },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/setup.ts'],
    restoreMocks: true,
  },
})
