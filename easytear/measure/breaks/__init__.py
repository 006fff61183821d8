"""Film breaks: where the lipid layer opens and stays so."""
