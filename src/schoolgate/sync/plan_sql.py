"""What the plan asks the database, in words that both databases know (stages/plan.py)."""

# What a changed row may bear on, in temporary tables that build on each other. A staged row speaks
# for its person; where none is staged, the roster and the claims of her last accepted row do.
TABLES = {
    "touched (student, adult)": """
    SELECT c.student_sourced_id AS student, c.adult_sourced_id AS adult
      FROM sync_stagedclaim c WHERE c.run_id = %(run)s
    UNION ALL
    SELECT c.student_sourced_id, c.adult_sourced_id
      FROM sync_stagedrow r
      JOIN roster_relationshipclaim c
           ON c.registration_id = %(registration)s AND c.student_sourced_id = r.sourced_id
     WHERE r.run_id = %(run)s AND r.kind = 'student'
    UNION ALL
    SELECT c.student_sourced_id, c.adult_sourced_id
      FROM sync_stagedrow r
      JOIN roster_relationshipclaim c
           ON c.registration_id = %(registration)s AND c.adult_sourced_id = r.sourced_id
     WHERE r.run_id = %(run)s AND r.kind = 'guardian'
    UNION ALL
    SELECT s.sourced_id, g.sourced_id
      FROM sync_stagedrow r
      JOIN roster_student s
           ON s.district_id = %(district)s AND s.registration_id = %(registration)s
          AND s.sourced_id = r.sourced_id
      JOIN roster_relationship p ON p.student_id = s.id AND p.state = 'current'
      JOIN roster_guardian g
           ON g.id = p.guardian_id AND g.registration_id = %(registration)s
     WHERE r.run_id = %(run)s AND r.kind = 'student'
    UNION ALL
    SELECT s.sourced_id, g.sourced_id
      FROM sync_stagedrow r
      JOIN roster_guardian g
           ON g.district_id = %(district)s AND g.registration_id = %(registration)s
          AND g.sourced_id = r.sourced_id
      JOIN roster_relationship p ON p.guardian_id = g.id AND p.state = 'current'
      JOIN roster_student s
           ON s.id = p.student_id AND s.registration_id = %(registration)s
     WHERE r.run_id = %(run)s AND r.kind = 'guardian'""",
    # Each once, along the index: to look for what came before, row by row, is a walk all over a
    # temporary file once that is larger than its cache.
    "touched_pair (student, adult)": """
    SELECT student, adult FROM touched GROUP BY student, adult""",
    # A pair stands while any claim says so and both of its people are there. Its school is the
    # first one of the student.
    "pair (adult, student)": """
    SELECT ROW_NUMBER() OVER (ORDER BY t.student, t.adult) AS number, t.student, t.adult,
           COALESCE(rs.home_school_id,
                    (SELECT MIN(l.school_id) FROM roster_listing l WHERE l.student_id = s.id))
           AS school,
           COALESCE(CASE WHEN rs.id IS NOT NULL THEN rs.contacts
                ELSE s.state = 'active' AND EXISTS (
                     SELECT 1 FROM roster_listing l
                       JOIN registrations_sourceschool o
                            ON o.registration_id = %(registration)s AND o.school_id = l.school_id
                           AND o.enabled AND o.data_choice = 'students+contacts'
                      WHERE l.student_id = s.id)
           END AND CASE WHEN rg.id IS NOT NULL THEN rg.wanted IS NOT NULL
                ELSE g.state = 'active'
           END AND (EXISTS (
                SELECT 1 FROM sync_stagedclaim c
                 WHERE c.run_id = %(run)s AND c.student_sourced_id = t.student
                   AND c.adult_sourced_id = t.adult)
             OR EXISTS (
                SELECT 1 FROM roster_relationshipclaim c
                 WHERE c.registration_id = %(registration)s AND c.student_sourced_id = t.student
                   AND c.adult_sourced_id = t.adult
                   AND CASE c.side WHEN 'student' THEN rs.id ELSE rg.id END IS NULL)), FALSE)
           AS wanted,
           p.id IS NOT NULL AS current
      FROM touched_pair t
      LEFT JOIN sync_stagedrow rs
             ON rs.run_id = %(run)s AND rs.kind = 'student' AND rs.sourced_id = t.student
      LEFT JOIN sync_stagedrow rg
             ON rg.run_id = %(run)s AND rg.kind = 'guardian' AND rg.sourced_id = t.adult
      LEFT JOIN roster_student s
             ON s.district_id = %(district)s AND s.registration_id = %(registration)s
            AND s.sourced_id = t.student
      LEFT JOIN roster_guardian g
             ON g.district_id = %(district)s AND g.registration_id = %(registration)s
            AND g.sourced_id = t.adult
      LEFT JOIN roster_relationship p
             ON p.district_id = %(district)s AND p.student_id = s.id AND p.guardian_id = g.id
            AND p.state = 'current'""",
    # The school of a guardian is that of her children; NULL when they are in several.
    "wanted_adult (adult)": """
    SELECT adult, CASE WHEN MIN(school) = MAX(school) THEN MIN(school) END AS school
      FROM pair WHERE wanted GROUP BY adult""",
    # Adults without a pair go where their last relationships end: in that school, or after all when
    # in several.
    "adult_without_pair (number)": """
    SELECT ROW_NUMBER() OVER (ORDER BY g.id) AS number, g.id AS guardian,
           (SELECT CASE WHEN MIN(c.school) = MAX(c.school) THEN MIN(c.school) END
              FROM pair c WHERE c.adult = g.sourced_id AND c.current) AS school
      FROM (SELECT adult FROM pair
            UNION
            SELECT sourced_id FROM sync_stagedrow
             WHERE run_id = %(run)s AND kind = 'guardian' AND wanted IS NULL) t
      JOIN roster_guardian g
           ON g.district_id = %(district)s AND g.registration_id = %(registration)s
          AND g.sourced_id = t.adult AND g.state = 'active'
     WHERE NOT EXISTS (SELECT 1 FROM wanted_adult a WHERE a.adult = g.sourced_id)
       AND NOT EXISTS (
           SELECT 1 FROM roster_relationship p JOIN roster_student s ON s.id = p.student_id
            WHERE p.guardian_id = g.id AND p.state = 'current'
              AND NOT EXISTS (SELECT 1 FROM pair c
                               WHERE c.adult = g.sourced_id AND c.student = s.sourced_id))""",
}

# New students of one school, and new adults: nothing to compare, so nothing to fetch. (A plus
# before a column keeps a database from its index: SQLite would look through the whole run for each
# slice, not along the primary key.)
ADDED_STUDENTS = """
SELECT r.run_id, r.home_school_id, 'student', 'added', r.sourced_id, '', NULL, r.wanted, 'planned'
  FROM sync_stagedrow r
  LEFT JOIN roster_student s
         ON s.district_id = %(district)s AND s.registration_id = %(registration)s
        AND s.sourced_id = r.sourced_id
 WHERE +r.run_id = %(run)s AND r.kind = 'student' AND r.schools = 1 AND s.id IS NULL
   AND r.id > %(after)s AND r.id <= %(upto)s
"""
ADDED_GUARDIANS = """
SELECT r.run_id, a.school, 'guardian', 'added', '', r.sourced_id, NULL, r.wanted, 'planned'
  FROM sync_stagedrow r
  JOIN wanted_adult a ON a.adult = r.sourced_id
  LEFT JOIN roster_guardian g
         ON g.district_id = %(district)s AND g.registration_id = %(registration)s
        AND g.sourced_id = r.sourced_id
 WHERE +r.run_id = %(run)s AND r.kind = 'guardian' AND r.wanted IS NOT NULL AND g.id IS NULL
   AND r.id > %(after)s AND r.id <= %(upto)s
"""
PAIRS = """
SELECT %(run)s, school, 'relationship', CASE WHEN wanted THEN 'added' ELSE 'removed' END,
       student, adult, NULL, NULL, 'planned'
  FROM pair
 WHERE wanted <> current AND number > %(after)s AND number <= %(upto)s
"""

# Students who are known, or come to several schools.
STUDENTS_TO_COMPARE = """
SELECT r.id, s.id
  FROM sync_stagedrow r
  LEFT JOIN roster_student s
         ON s.district_id = %(district)s AND s.registration_id = %(registration)s
        AND s.sourced_id = r.sourced_id
 WHERE +r.run_id = %(run)s AND r.kind = 'student' AND (s.id IS NOT NULL OR r.schools > 1)
   AND r.id > %(after)s AND r.id <= %(upto)s
"""
GUARDIANS_TO_COMPARE = """
SELECT r.id, g.id, a.school
  FROM sync_stagedrow r
  JOIN wanted_adult a ON a.adult = r.sourced_id
  JOIN roster_guardian g
         ON g.district_id = %(district)s AND g.registration_id = %(registration)s
        AND g.sourced_id = r.sourced_id
 WHERE +r.run_id = %(run)s AND r.kind = 'guardian' AND r.wanted IS NOT NULL
   AND r.id > %(after)s AND r.id <= %(upto)s
"""
GUARDIANS_WITHOUT_PAIR = """
SELECT guardian, school FROM adult_without_pair
 WHERE number > %(after)s AND number <= %(upto)s
"""
