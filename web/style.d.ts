// A style sheet that is imported becomes part of the page.
declare module "*.css";
