"""Column lineage as Spark's analyser sees it, and how near Glueline and others come to it."""
