import js from "@eslint/js";
import globals from "globals";

/** Odoo's own rules, without the globals of the libraries that we do not use. */
const rules = {
    ...js.configs.recommended.rules,
    "arrow-body-style": ["error", "as-needed"],
    curly: ["error", "all"],
    eqeqeq: "error",
    "no-duplicate-imports": "error",
    "no-restricted-globals": ["error", "event", "self"],
    "no-restricted-syntax": ["error", "PrivateIdentifier"],
    "no-unused-vars": ["error", { args: "none", caughtErrors: "all" }],
    "no-var": "error",
    "object-shorthand": "error",
    "prefer-const": ["error", { destructuring: "all", ignoreReadBeforeAssign: true }],
};

export default [
    { ignores: [".run/", "**/static/lib/"] },
    {
        files: ["smartdairy_*/static/**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: { ...globals.browser, luxon: "readonly", odoo: "readonly" },
        },
        rules,
    },
    { files: ["*.mjs"], rules },
];
