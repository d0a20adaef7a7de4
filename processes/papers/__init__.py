"""Papers: documents of the office; the contract is stored when one is issued, the PDF is rendered later."""
