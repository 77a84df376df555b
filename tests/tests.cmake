# The tests, included by CMakeLists.txt: one program per room, results opened by xarray, the installed library.
enable_testing()
set(brief 300)  # seconds; what takes longer is stuck
if(GIBBSITE_SANITIZE)
  set(brief 1500)  # programs are ten times slower
endif()
# So many files of a folder compiled at once, for much of the time goes into headers and templates that they share: names in the
# unnamed namespaces of the tests of a folder differ.
function(gibbsite_at_once target files)
  if(NOT GIBBSITE_FAST_BUILD)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  list(SORT sources)
  foreach(source ${sources})
    cmake_path(GET source PARENT_PATH folder)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/tests" OUTPUT_VARIABLE place)
    string(REGEX REPLACE "[^a-z]+" "_" group "${place}")
    if(NOT DEFINED count_${group})
      set(count_${group} 0)
    endif()
    math(EXPR batch "${count_${group}} / ${files}")
    math(EXPR count_${group} "${count_${group}} + 1")
    set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${group}_${batch}")
  endforeach()
endfunction()
find_package(Catch2 2.13 REQUIRED)
include(Catch)
foreach(room physics samplers estimators studies)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "tests/${room}/*.cpp")
  if(NOT sources)
    continue()
  endif()
  add_executable(test_${room} ${sources})
  # Laws of samplers are checked with estimators, so every room's tests may use all rooms but the studies.
  target_link_libraries(test_${room} PRIVATE gibbsite_${room} gibbsite_estimators gibbsite_options Catch2::Catch2WithMain)
  set(files 12)
  if(room STREQUAL "studies")
    target_precompile_headers(test_${room} PRIVATE <catch2/catch.hpp> ${GIBBSITE_HEADERS}
      <chrono> <filesystem> <fstream> <map> <set> <sstream> <thread> <variant> <fmt/format.h> <nlohmann/json.hpp>)
  elseif(room STREQUAL "samplers")
    target_precompile_headers(test_${room} REUSE_FROM test_physics)
  else()
    target_precompile_headers(test_${room} PRIVATE <catch2/catch.hpp> ${GIBBSITE_HEADERS})
  endif()
  if(room STREQUAL "physics")
    set(files 6)
  endif()
  gibbsite_at_once(test_${room} ${files})
  if(NOT room STREQUAL "estimators")  # the others compute little themselves: the rooms, at -O3, do it for them
    target_compile_options(test_${room} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
  target_compile_definitions(test_${room} PRIVATE
    GIBBSITE_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}" GIBBSITE_PROGRAM="$<TARGET_FILE:gibbsite>"
    $<$<BOOL:${GIBBSITE_SANITIZE}>:GIBBSITE_SANITIZED>)
  # Tests tagged [long] have that label, which the presets leave out.
  catch_discover_tests(test_${room} TEST_PREFIX "${room}: " TEST_SPEC "~[long]~[.]"
    PROPERTIES LABELS ${room} TIMEOUT ${brief})
  catch_discover_tests(test_${room} TEST_PREFIX "long ${room}: " TEST_SPEC "[long]" TEST_SUFFIX ""
    PROPERTIES LABELS long TIMEOUT 3000)
endforeach()
include(tests/fuzz/fuzz.cmake)
file(GLOB sources CONFIGURE_DEPENDS "tests/calibration/*.cpp")
add_executable(calibrate ${sources})
target_link_libraries(calibrate PRIVATE gibbsite_studies gibbsite_options)
target_compile_options(calibrate PRIVATE $<$<CONFIG:Release>:-O1>)
gibbsite_at_once(calibrate 9)
# Half a minute of one core; and a mutant, errors that are a fifth too small.
add_test(NAME "calibration: the quick rows" COMMAND calibrate --quick)
add_test(NAME "calibration: errors a fifth too small are found out" COMMAND sh -c "\"$1\" --quick --only 'defaults$|annealing$|particles' --errors 0.8; test $? = 3"
  sh $<TARGET_FILE:calibrate>)
set_tests_properties("calibration: the quick rows" "calibration: errors a fifth too small are found out" PROPERTIES
  LABELS studies TIMEOUT 900)
# The whole table takes about an hour on two cores: ctest --preset calibration.
add_test(NAME "calibration: the whole table" COMMAND calibrate --table ${CMAKE_CURRENT_BINARY_DIR}/calibration.md)
set_tests_properties("calibration: the whole table" PROPERTIES LABELS calibration TIMEOUT 14400 PROCESSORS 2)
if(TARGET test_samplers)  # tests/samplers/simd/test_bernoulli.cpp is compiled once for each instruction set
  target_link_libraries(test_samplers PRIVATE hwy::hwy)
  set_source_files_properties(tests/samplers/simd/test_bernoulli.cpp PROPERTIES
    COMPILE_DEFINITIONS "${GIBBSITE_TARGETS}" SKIP_PRECOMPILE_HEADERS ON)
endif()
if(TARGET test_samplers)  # as on another make of processor: exp() and log() without fused operations round otherwise
  add_test(NAME "samplers: trajectories are the same with another mathematical library" COMMAND test_samplers
    "trajectories of the plain*,trajectories of plain*,a trajectory in lanes*,a trajectory of the table*,a trajectory of bulk*")
  set_tests_properties("samplers: trajectories are the same with another mathematical library" PROPERTIES LABELS samplers
    TIMEOUT ${brief} ENVIRONMENT "GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX512F")
endif()
if(TARGET test_studies)
  add_dependencies(test_studies gibbsite)
  # Loaded into the program, it finds chosen moments of its life again without a clock.
  add_library(gibbsite_moments MODULE tests/moments/moments.cpp)
  target_compile_options(gibbsite_moments PRIVATE -Wall -Wextra -O1 -fno-sanitize=all)
  target_link_libraries(gibbsite_moments PRIVATE ${CMAKE_DL_LIBS})
  add_dependencies(test_studies gibbsite_moments)
  target_compile_definitions(test_studies PRIVATE GIBBSITE_MOMENTS="$<TARGET_FILE:gibbsite_moments>")
  # Debian's own python3, where the modules are; another one may come first on the PATH.
  find_program(GIBBSITE_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
  target_compile_definitions(test_studies PRIVATE GIBBSITE_PYTHON="${GIBBSITE_PYTHON}")
  set(sample ${CMAKE_CURRENT_BINARY_DIR}/sample.h5)
  add_test(NAME "studies: sample result" COMMAND test_studies "[.sample]")
  # Files, and what they hold: one Python opens them all at the end, for it takes longer to begin than to look.
  set(opened ${sample} "series/energy(chain,draw,beta)" "free_energy/log_z(estimator,beta)" "free_energy/comment()"
    "tasks/000/deeper/beta(beta)")
  set_tests_properties("studies: sample result" PROPERTIES LABELS studies FIXTURES_SETUP sample
    ENVIRONMENT GIBBSITE_SAMPLE=${sample})

  set(sample ${CMAKE_CURRENT_BINARY_DIR}/sample_model)
  add_test(NAME "studies: sample models" COMMAND test_studies "[.sample_model]")
  set_tests_properties("studies: sample models" PROPERTIES LABELS studies FIXTURES_SETUP sample_model
    ENVIRONMENT GIBBSITE_SAMPLE=${sample})
  list(APPEND opened
    -- ${sample}_rbm.h5 "layer_0/bias(unit,state)" "layer_1/bias(unit)" "weights_0/W(lower,state,upper)" "base_rates/mean(unit,state)"
    -- ${sample}_dbn.h5 "layer_2/bias(unit)" "weights_1/W(lower,upper)" "recognition_0/bias(upper)"
    -- ${sample}_hopfield.h5 "layer_0/bias(unit)" "weights_0/W(lower,upper)" "patterns/xi(pattern,unit)")

  # A machine that scikit-learn trained, imported and judged.
  set(sklearn ${CMAKE_CURRENT_BINARY_DIR}/sklearn_rbm)
  function(gibbsite_sklearn name)
    add_test(NAME "studies: scikit-learn: ${name}" COMMAND ${ARGN})
    set_tests_properties("studies: scikit-learn: ${name}" PROPERTIES LABELS studies TIMEOUT 200)
  endfunction()
  gibbsite_sklearn("train" ${GIBBSITE_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/tests/sklearn_rbm.py train ${sklearn})
  gibbsite_sklearn("import" $<TARGET_FILE:gibbsite> import ${sklearn}.npz -o ${sklearn}.h5 --force
    --data ${sklearn}_train.npy)
  gibbsite_sklearn("show" $<TARGET_FILE:gibbsite> show ${sklearn}.h5 --json)
  gibbsite_sklearn("same numbers" ${GIBBSITE_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/tests/sklearn_rbm.py check ${sklearn})
  set_tests_properties("studies: scikit-learn: train" PROPERTIES FIXTURES_SETUP sklearn_weights)
  set_tests_properties("studies: scikit-learn: import" PROPERTIES FIXTURES_SETUP sklearn_model
    FIXTURES_REQUIRED sklearn_weights)
  set_tests_properties("studies: scikit-learn: show" "studies: scikit-learn: same numbers" PROPERTIES
    FIXTURES_REQUIRED "sklearn_weights;sklearn_model")
  set_tests_properties("studies: scikit-learn: show" PROPERTIES
    PASS_REGULAR_EXPRESSION "\"samples\": 1500.*\"units\": 64.*\"units\": 16")
  gibbsite_sklearn("loglik" $<TARGET_FILE:gibbsite> loglik ${sklearn}.h5 --data ${sklearn}_test.npy
    -o ${sklearn}_likelihood.h5 --force)
  gibbsite_sklearn("likelihood" ${GIBBSITE_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/tests/sklearn_rbm.py likelihood ${sklearn})
  set_tests_properties("studies: scikit-learn: loglik" PROPERTIES FIXTURES_SETUP sklearn_likelihood
    FIXTURES_REQUIRED "sklearn_weights;sklearn_model")
  set_tests_properties("studies: scikit-learn: likelihood" PROPERTIES
    FIXTURES_REQUIRED "sklearn_weights;sklearn_model;sklearn_likelihood")

  # A result of every method, made by the program and opened by xarray, with the variables and dimensions promised.
  foreach(quantity energy_density specific_heat abs_magnetization_density susceptibility binder_cumulant)
    foreach(suffix "" _error _tau _ess _rhat)
      list(APPEND estimates "estimates/${quantity}${suffix}(beta)")
    endforeach()
  endforeach()
  set(bonds "model/i(bond)" "model/j(bond)" "model/J(bond)" "model/h(site)")
  set(lattice "model/size(side)" "model/steps(step,side)")
  set(chains ${estimates} "series/energy(chain,draw,beta)" "series/temperature(beta)"
    "series/magnetization_density(chain,draw,beta)" "series/sweep(draw)" "diagnostics/acceptance(beta)"
    "configurations/lowest_energy()" "configurations/lowest_energy_configuration(site)"
    "configurations/configuration(snapshot,chain,beta,site)")
  set(free_energy "free_energy/log_z(estimator,beta)" "free_energy/log_z_error(estimator,beta)"
    "free_energy/log_z_density(estimator,beta)" "free_energy/free_energy_density(estimator,beta)"
    "free_energy/entropy_density(estimator,beta)" "exact/log_z(beta)")
  add_test(NAME "studies: completions, man pages and the schema of studies hold what the program knows" COMMAND ${GIBBSITE_PYTHON}
    -W error ${CMAKE_CURRENT_SOURCE_DIR}/tests/manual.py $<TARGET_FILE:gibbsite> ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties("studies: completions, man pages and the schema of studies hold what the program knows" PROPERTIES
    LABELS studies TIMEOUT ${brief})
  add_test(NAME "studies: no two headers define a class of one name" COMMAND ${GIBBSITE_PYTHON} -W error
    ${CMAKE_CURRENT_SOURCE_DIR}/tests/one_definition.py ${CMAKE_CURRENT_SOURCE_DIR})
  add_test(NAME "studies: the manual's lines list the bonds of plain lattices" COMMAND ${GIBBSITE_PYTHON} -W error
    ${CMAKE_CURRENT_SOURCE_DIR}/tests/bonds_of_lattices.py $<TARGET_FILE:gibbsite>
    ${CMAKE_CURRENT_SOURCE_DIR}/studies/manual/topics/files.md)
  set_tests_properties("studies: the manual's lines list the bonds of plain lattices" PROPERTIES LABELS studies TIMEOUT 200)
  function(gibbsite_opens name code study)
    cmake_parse_arguments(RESULT "" "" "KEYS;HOLDS" ${ARGN})
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${name}.h5)
    add_test(NAME "studies: a result of ${name}" COMMAND sh -c "\"$@\"; test $? = ${code}" sh
      $<TARGET_FILE:gibbsite> run ${CMAKE_CURRENT_SOURCE_DIR}/studies/${study}.toml --quiet --force -o ${out}
      ${RESULT_KEYS})
    set_tests_properties("studies: a result of ${name}" PROPERTIES LABELS studies FIXTURES_SETUP ${name})
    set(opened ${opened} -- ${out} ${RESULT_HOLDS} PARENT_SCOPE)
  endfunction()
  gibbsite_opens(chains 0 onsager KEYS --model.size 4 --method.sweeps 60 --method.snapshots 3
    HOLDS ${lattice} ${chains} "exact/energy_density(beta)" "exact/binder_cumulant(beta)" "exact/log_z(beta)")
  gibbsite_opens(tempering 0 spin_glass KEYS --model.size "[2, 2, 3]" --method.sweeps 200 --method.snapshots 3
    HOLDS ${bonds} ${chains} ${free_energy} "series/replica(chain,draw,beta)" "series/overlap(pair,draw,beta)"
    "estimates/overlap_squared(beta)" "estimates/overlap_distribution(beta,q)" "diagnostics/swap_rate(pair)"
    "diagnostics/round_trips(chain,replica)" "diagnostics/communication_barrier()" "exact/ground_energy()")
  gibbsite_opens(annealing 0 free_energy
    KEYS --model.size 4 --method.particles 20 --method.temperatures 20 --method.thermalization 20
    HOLDS ${lattice} ${free_energy} "series/log_weight(particle)" "series/energy(particle,beta)"
    "estimates/energy_density(beta)" "estimates/energy_density_error(beta)" "diagnostics/weight_ess(beta)")
  gibbsite_opens(grid 0 spin_glass
    KEYS --method.name mcmc --method.beta "[0.2, 0.4]" --method.chains 2 --method.thermalization 20
    --method.sweeps 100 --grid.model.size "[3, [2, 2, 3]]" --grid.model.disorder_seed 1:2
    HOLDS "estimates/energy_density(size,disorder_seed,beta)" "estimates/energy_density_rhat(size,disorder_seed,beta)"
    "estimates/energy_density_disorder_average(size,beta)" "estimates/energy_density_disorder_average_error(size,beta)"
    "tasks/000/series/energy(chain,draw,beta)" "tasks/002/estimates/energy_density_ess(beta)" "tasks/003/model/J(bond)")
  gibbsite_opens(arrays 0 spin_glass
    KEYS --method.name mcmc --method.beta "[0.2, 0.4]" --method.chains 2 --method.thermalization 20
    --method.sweeps 100 --grid.model.disorder_seed 1:65 --model.size "[2, 2, 3]" --method.store "[energy]"
    HOLDS "estimates/energy_density(disorder_seed,beta)" "estimates/energy_density_disorder_average(beta)"
    "series/energy(disorder_seed,chain,draw,beta)" "model/J(disorder_seed,bond)" "model/i(bond)"
    "configurations/lowest_energy(disorder_seed)" "diagnostics/acceptance(disorder_seed,beta)")
  gibbsite_opens(ladders 0 spin_glass
    KEYS --model.size "[2, 2, 3]" --method.sweeps 100 --method.thermalization 100 --grid.model.disorder_seed 1:2
    HOLDS "estimates/energy_density(disorder_seed,rung)" "estimates/beta(disorder_seed,rung)"
    "free_energy/log_z(disorder_seed,estimator,rung)"
    "exact/log_z(disorder_seed,rung)")
  gibbsite_opens(machine 0 machine KEYS --model.layers "[6, 4]" --method.sweeps 200
    HOLDS "estimates/visible_free_energy(beta)" "estimates/hidden_magnetization_error(beta)" "exact/specific_heat(beta)"
    "model/layer_0/bias(unit)" "model/weights_0/W(lower,upper)" "model/reference/field(unit)")
  gibbsite_opens(hopfield 0 hopfield KEYS --model.layers 50 --grid.model.patterns "[3, 20]"
    HOLDS "estimates/pattern_overlap(patterns,beta)" "estimates/largest_overlap_error(patterns,beta)"
    "tasks/000/model/patterns/xi(pattern,unit)")
  gibbsite_opens(partial 75 finite_size KEYS --run.max_time 2 --method.sweeps 100000 --method.every 10
    HOLDS "tasks/000/series/energy(chain,draw,beta)" "tasks/000/model/steps(step,side)")
  # Stopped after so many steps: its clock goes on by a millisecond at each look.
  set_tests_properties("studies: a result of partial" PROPERTIES ENVIRONMENT
    "LD_PRELOAD=$<TARGET_FILE:gibbsite_moments>;MOMENTS_STEP=0.001;ASAN_OPTIONS=verify_asan_link_order=0")

  set(results chains tempering annealing grid arrays ladders machine hopfield partial)
  add_test(NAME "studies: xarray opens results of every method, and models, with both engines" COMMAND ${GIBBSITE_PYTHON}
    -W error ${CMAKE_CURRENT_SOURCE_DIR}/tests/xarray_opens.py ${opened})
  set_tests_properties("studies: xarray opens results of every method, and models, with both engines" PROPERTIES
    LABELS studies FIXTURES_REQUIRED "sample;sample_model;${results}" TIMEOUT ${brief})
  list(TRANSFORM results REPLACE "(.+)" "${CMAKE_CURRENT_BINARY_DIR}/\\1.h5" OUTPUT_VARIABLE files)
  add_test(NAME "studies: pages of gibbsite report draw every plot in a browser" COMMAND
    ${CMAKE_CURRENT_SOURCE_DIR}/tests/report_draws.sh $<TARGET_FILE:gibbsite> ${files} ${sklearn}.h5 ${sklearn}_likelihood.h5)
  set_tests_properties("studies: pages of gibbsite report draw every plot in a browser" PROPERTIES LABELS studies
    FIXTURES_REQUIRED "${results};sklearn_model;sklearn_likelihood" TIMEOUT ${brief} SKIP_RETURN_CODE 77)

  add_test(NAME "long studies: kills, failing calls and stops" COMMAND ${GIBBSITE_PYTHON}
    ${CMAKE_CURRENT_SOURCE_DIR}/tests/stress.py $<TARGET_FILE:gibbsite> $<TARGET_FILE:gibbsite_moments>)
  set_tests_properties("long studies: kills, failing calls and stops" PROPERTIES LABELS long TIMEOUT 3000)
endif()
# The notebook needs packages that only .ci/run --nightly installs.
if(GIBBSITE_PYTHON)
  add_test(NAME "notebook: results opened in Python" COMMAND ${GIBBSITE_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/tests/notebook.py
    $<TARGET_FILE:gibbsite> ${CMAKE_CURRENT_SOURCE_DIR}/studies ${CMAKE_CURRENT_SOURCE_DIR}/studies/manual/results.ipynb)
  set_tests_properties("notebook: results opened in Python" PROPERTIES LABELS notebook TIMEOUT ${brief})
endif()
add_test(NAME "install: the manual's example builds against an installed Gibbsite"
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/tests/install.sh ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR} ${CMAKE_CXX_COMPILER})
set_tests_properties("install: the manual's example builds against an installed Gibbsite" PROPERTIES LABELS install TIMEOUT ${brief})
if(GIBBSITE_SANITIZE)  # what links the installed library then needs their runtime
  set_tests_properties("install: the manual's example builds against an installed Gibbsite" PROPERTIES
    ENVIRONMENT "CXXFLAGS=-fsanitize=address,undefined")
endif()
