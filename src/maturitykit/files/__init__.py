"""Files of models, crosswalks, assessments and results: all reading and writing of formats is here."""
