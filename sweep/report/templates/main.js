// Main: start every section, and draw again what depends on the width.
document.documentElement.classList.add("scripted");
startExplorer();
startGrid();
startTables();
drawCompare();
drawHistograms();
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-outcome]");
  if (!link) return;
  event.preventDefault();
  go({ view: "groups", o: Number(link.dataset.outcome) });
});
let width = document.documentElement.clientWidth;
window.addEventListener("resize", () => {
  if (document.documentElement.clientWidth === width) return; // a phone's address bar changes the height alone
  width = document.documentElement.clientWidth;
  drawFigure();
  drawCompare();
});
