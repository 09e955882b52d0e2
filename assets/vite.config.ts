import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where `npm run dev` finds the appliance. */
const appliance = process.env.WEIGHBRIDGE_URL ?? "http://127.0.0.1:8080";

/**
 * Leaves the words that React Aria has for screen readers in English alone, as the pages are.
 *
 * In all its languages they were a tenth of what is loaded, and spoke another than the page.
 */
export const inEnglish: Plugin = {
  name: "in-english",
  enforce: "pre",
  load(id) {
    const [, language] =
      /\/react-(?:aria|aria-components|stately)\/dist\/.+\/intl\/(?:.+\/)?([a-z]{2}-[A-Z]{2})\.mjs$/.exec(
        id,
      ) ?? [];
    if (!language || language === "en-US") return undefined;
    return 'export { default } from "./en-US.mjs";';
  },
};

export default defineConfig({
  plugins: [inEnglish, react()],
  build: {
    // The content security policy allows neither inline scripts nor data: scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
  },
  server: { proxy: { "/api": appliance, "/errors": appliance, "/handbook": appliance } },
});
