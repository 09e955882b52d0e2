import "./ui/styles/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { applyTheme, chosenTheme } from "./shell/theme";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id root.");

applyTheme(chosenTheme());
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
