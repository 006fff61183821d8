"""Results and studies as files that other programs read: workbook, data package, PDF, figures."""
