# Writes ${OUT} with the version and the git commit, touching it only when they changed.
execute_process(COMMAND git -C "${SOURCE}" describe --always --dirty --abbrev=12
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit "unknown")
endif()
file(CONFIGURE OUTPUT "${OUT}" CONTENT "#define GIBBSITE_VERSION \"${VERSION}\"\n#define GIBBSITE_GIT_COMMIT \"${commit}\"\n")
