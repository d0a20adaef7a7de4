"""Rules for policy values, dates, months and money; the values themselves are content (`bpmn/`)."""
