"""Pictures of the lineage graph as text: Mermaid, Graphviz DOT and SVG, without any library."""
