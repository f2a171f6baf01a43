"""The pages. The folder is not called `pages`: Streamlit would run its files by themselves, at their names."""
