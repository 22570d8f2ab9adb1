import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";

import FirstPage from "./FirstPage.vue";
import PlaygroundPage from "./PlaygroundPage.vue";
import "./style.css";

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component("FirstPage", FirstPage);
    app.component("PlaygroundPage", PlaygroundPage);
  },
} satisfies Theme;
