import { defineConfig, mergeConfig } from "vitest/config";
import appliance from "./vite.config.ts";

export default mergeConfig(
  appliance,
  defineConfig({
    test: {
      environment: "jsdom",
      environmentOptions: { jsdom: { url: "https://weighbridge.test/" } },
      setupFiles: ["src/testing/setup.ts"],
      include: ["src/**/*.test.{ts,tsx}", "script/*.test.ts"],
      testTimeout: 30_000,
      coverage: {
        provider: "v8",
        include: ["src/**/*.{ts,tsx}"],
        exclude: [
          "src/testing/**",
          "src/**/*.test.{ts,tsx}",
          "src/api/schema.d.ts",
          "src/main.tsx",
        ],
        thresholds: { lines: 90 },
        reporter: ["text-summary", "json-summary", "html"],
        reportsDirectory: "../target/ui-coverage",
      },
    },
  }),
);
