"""Commands on what one person keeps: filters, phrases, form drafts, notices, absences."""
