// Shows the suggestion until the person types; decided where the typing is, so that a late suggestion never overwrites it.
export function follow(input) {
  let typed = input.value !== "" && input.value !== input.dataset.suggestion;
  const suggest = () => { if (!typed) { input.value = input.dataset.suggestion ?? ""; } };
  input.addEventListener("input", () => typed = input.value !== "");
  new MutationObserver(suggest).observe(input, { attributeFilter: ["data-suggestion"] });
  suggest();
}
