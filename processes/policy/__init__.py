"""How policy values, dates, months and money work; the values themselves are content (`bpmn/`)."""
